package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import io.jobrelay.delivery.OwnerOnly;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.sqlite.SQLiteConfig;

/**
 * The ledger's file, held by this process alone, and its owner's alone. Beside it lies the file that is locked; what is
 * in that says whether there has been a ledger, so that one that has lost its content is not taken for a new one.
 */
final class LedgerFile implements AutoCloseable {
    private static final byte[] MADE = {'m', 'a', 'd', 'e', '\n'};

    private final Path path;
    private final FileChannel lock;

    private LedgerFile(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Takes hold of the file, and creates it, empty, if it is not there.
     *
     * @throws LedgerException if another process holds it, if it cannot be written, or if it is not whole; it is then as it
     *     was
     */
    static LedgerFile hold(Path path) throws IOException {
        OwnerOnly.directory(requireNonNull(path.getParent(), "a file is in a directory"));
        FileChannel lock = OwnerOnly.lock(beside(path, ".lock"))
                .orElseThrow(() -> new LedgerException(
                        "is in use by another Jobrelay; stop it, or give this one a directory of its own"));
        LedgerFile file = new LedgerFile(path, lock);
        try {
            file.requireWhole();
            OwnerOnly.file(path);
            file.requireWritable();
            return file;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /**
     * Before a command looks into a ledger.
     *
     * @throws LedgerException if there is none
     */
    static void requireThere(Path path) {
        if (!Files.exists(path)) {
            throw new LedgerException("jobrelay.ledger.url: there is no " + path
                    + "; go to the directory that Jobrelay runs in, or run it here first");
        }
    }

    private void requireWhole() throws IOException {
        if (Files.isDirectory(path)) {
            throw new LedgerException("is a directory: name a file");
        }
        if (Files.exists(path) && Files.size(path) > 0) {
            check();
        } else if (lock.size() > 0 && (Files.exists(path) || Files.exists(beside(path, "-wal")))) {
            throw new LedgerException(LedgerTrouble.DAMAGED.message("it has lost its content"));
        }
    }

    /** Reads the whole file, on a connection that cannot write: another would take the -wal file into what it finds. */
    private void check() {
        SQLiteConfig readOnly = new SQLiteConfig();
        readOnly.setReadOnly(true);
        try (Connection connection = readOnly.createConnection(SqliteDialect.URL_PREFIX + path)) {
            finding(connection).ifPresent(finding -> {
                throw new LedgerException(LedgerTrouble.DAMAGED.message(finding));
            });
        } catch (SQLException e) {
            throw new LedgerException(
                    LedgerTrouble.of(e).orElse(LedgerTrouble.UNREACHABLE).message(LedgerTrouble.detail(e)), e);
        }
    }

    /** What is wrong with the pages of a file; empty if it is whole. */
    static Optional<String> finding(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet findings = statement.executeQuery("pragma quick_check(1)")) {
            return Optional.of(findings.getString(1)).filter(finding -> !finding.equals("ok"));
        }
    }

    private void requireWritable() {
        if (!Files.isWritable(path) || !Files.isWritable(path.getParent())) {
            throw new LedgerException(LedgerTrouble.READ_ONLY.message("it or its directory"));
        }
    }

    /** The file holds a ledger from now on. */
    void made() throws IOException {
        lock.write(ByteBuffer.wrap(MADE), 0);
    }

    private static Path beside(Path path, String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new LedgerException("cannot be closed: " + e, e);
        }
    }
}
