package io.jobrelay.ledger;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.pattern.ValidatePattern;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * The ledger's database: a SQLite file in WAL mode with full synchronisation, so that what is committed survives the
 * process and the power. The file is its owner's alone, and one process runs it at a time; commands may look into it, and
 * write, beside that one.
 */
public final class LedgerDatabase implements AutoCloseable {
    private static final String URL_PREFIX = "jdbc:sqlite:";
    private static final int CONNECTIONS = 5;
    private static final int BUSY_TIMEOUT_MILLIS = 10_000;

    private final @Nullable FileChannel lockFile;
    private final HikariDataSource connections;
    private final Jdbi jdbi;
    private final GroupCommit writer;

    private LedgerDatabase(@Nullable FileChannel lockFile, HikariDataSource connections) {
        this.lockFile = lockFile;
        this.connections = connections;
        this.jdbi = Jdbi.create(connections);
        this.writer = new GroupCommit(jdbi);
    }

    /**
     * Opens the ledger, creates it or brings its tables up to date.
     *
     * @param url {@code jdbc:sqlite:<file>}
     * @throws LedgerException if it cannot be opened; says why and what to do
     */
    public static LedgerDatabase open(String url) {
        Path file = file(url);
        FileChannel lock = lock(file);
        HikariDataSource connections = null;
        try {
            createForOwner(file);
            connections = connections(file);
            migrations(connections).migrate();
            return new LedgerDatabase(lock, connections);
        } catch (IOException | RuntimeException e) {
            if (connections != null) {
                connections.close();
            }
            close(lock);
            throw cannotOpen(file, e);
        }
    }

    /**
     * Opens a ledger that is there, beside whoever has it open already. What is written is noticed there.
     *
     * @param url {@code jdbc:sqlite:<file>}
     * @throws LedgerException if it is not there, or another version's; says what to do
     */
    public static LedgerDatabase openBeside(String url) {
        Path file = file(url);
        if (!Files.exists(file)) {
            throw new LedgerException("jobrelay.ledger.url: there is no " + file
                    + "; go to the directory that Jobrelay runs in, or run it here first");
        }
        HikariDataSource connections = null;
        try {
            connections = connections(file);
            MigrationInfoService migrations = migrations(connections).info();
            if (migrations.pending().length > 0) {
                throw new LedgerException("jobrelay.ledger.url: " + file
                        + " is no ledger yet, or an older version's; jobrelay run brings it up to date");
            }
            if (Stream.of(migrations.applied())
                    .anyMatch(migration -> migration.getState() == MigrationState.FUTURE_SUCCESS)) {
                throw new LedgerException(
                        "jobrelay.ledger.url: " + file + " is a newer version's; use the Jobrelay that it is run with");
            }
            return new LedgerDatabase(null, connections);
        } catch (RuntimeException e) {
            if (connections != null) {
                connections.close();
            }
            throw e instanceof LedgerException known ? known : cannotOpen(file, e);
        }
    }

    private static Flyway migrations(DataSource connections) {
        return Flyway.configure()
                .dataSource(connections)
                .locations("classpath:db/ledger")
                .validateMigrationNaming(true)
                // Flyway would let a ledger pass that a newer Jobrelay has migrated.
                .ignoreMigrationPatterns(new ValidatePattern[0])
                .load();
    }

    private static LedgerException cannotOpen(Path file, Exception e) {
        String why = e instanceof FlywayException ? e.getMessage() : e.toString();
        return new LedgerException("jobrelay.ledger.url: cannot open " + file + ": " + why, e);
    }

    /** The file of a ledger's URL, absolute. */
    public static Path file(String url) {
        return Path.of(url.substring(URL_PREFIX.length())).toAbsolutePath();
    }

    private static HikariDataSource connections(Path file) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
        // A transaction that reads before it writes would fail, not wait, if somebody else wrote in between.
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        config.setTempStore(SQLiteConfig.TempStore.MEMORY);
        SQLiteDataSource database = new SQLiteDataSource(config);
        database.setUrl(URL_PREFIX + file);
        HikariConfig pool = new HikariConfig();
        pool.setPoolName("ledger");
        pool.setDataSource(database);
        pool.setMaximumPoolSize(CONNECTIONS);
        return new HikariDataSource(pool);
    }

    /** Runs the work in a transaction and returns when it is committed. */
    <T> T write(Function<Handle, T> work) {
        return writer.write(work);
    }

    /** Reads what is committed. */
    <T> T read(Function<Handle, T> work) {
        return jdbi.withHandle(work::apply);
    }

    @Override
    public void close() {
        writer.close();
        connections.close();
        if (lockFile != null) {
            close(lockFile);
        }
    }

    private static FileChannel lock(Path file) {
        Path lockPath = file.resolveSibling(file.getFileName() + ".lock");
        try {
            createForOwner(lockPath);
            FileChannel channel = FileChannel.open(lockPath, StandardOpenOption.WRITE);
            if (holds(channel)) {
                return channel;
            }
            channel.close();
        } catch (IOException e) {
            throw new LedgerException("jobrelay.ledger.url: cannot lock " + lockPath + ": " + e, e);
        }
        throw new LedgerException("jobrelay.ledger.url: " + file
                + " is in use by another Jobrelay; stop it, or give this one a directory of its own");
    }

    private static boolean holds(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // this very process has it already
        }
    }

    private static void createForOwner(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        try {
            if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            } else {
                Files.createFile(file);
            }
        } catch (FileAlreadyExistsException e) {
            // As it should be from the second start on.
        }
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new LedgerException("cannot close " + channel, e);
        }
    }
}
