package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import io.jobrelay.delivery.OwnerOnly;
import io.jobrelay.settings.Settings.LedgerSettings;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;

/**
 * A copy of the ledger as it was at one moment, page for page, taken while others write to it, without holding
 * them up. Page for page, because lists go by the places of rows, which another way of copying may change. The ledger may be any
 * version's, so that it can be copied before an upgrade.
 *
 * @param jobs how many it holds
 * @param changes how many it holds
 * @param deliveries how many it holds
 * @param bytes how large the file is
 */
public record LedgerBackup(long jobs, long changes, long deliveries, long bytes) {
    private static final int BUSY_TIMEOUT_MILLIS = 10_000;
    /** In one step: a copy in several starts again whenever something is written between them. */
    private static final int ALL_PAGES = -1;

    /**
     * Copies the ledger into a file that is not there yet, is its owner's alone, and is on the disk and found to be whole
     * when this returns. If anything fails, there is no such file.
     *
     * @throws LedgerException if it cannot be copied, or is on a server; says why and what to do
     */
    public static LedgerBackup take(LedgerSettings settings, Path target) {
        LedgerDialect dialect = LedgerDialect.of(settings);
        Path ledger = dialect.file()
                .orElseThrow(() -> new LedgerException("jobrelay.ledger.url: " + dialect.name()
                        + " is on a PostgreSQL server, whose own tools copy it: pg_dump --format=custom --file=<file>"
                        + " <database>, at any time and beside Jobrelay"));
        LedgerFile.requireThere(ledger);
        Path copy = target.toAbsolutePath();
        if (Files.exists(copy)) {
            throw new LedgerException(target + ": is there already and is not overwritten; name another file");
        }
        Path unfinished = copy.resolveSibling(copy.getFileName() + ".unfinished");
        try {
            Files.deleteIfExists(unfinished);
            OwnerOnly.file(unfinished);
            copy(ledger, unfinished);
            LedgerBackup backup = lookOver(unfinished);
            flush(unfinished);
            Files.move(unfinished, copy);
            flush(requireNonNull(copy.getParent(), "a file is in a directory"));
            return backup;
        } catch (IOException | SQLException e) {
            throw new LedgerException(
                    "%s: the copy of %s %s".formatted(target, ledger, LedgerTrouble.message(e, "cannot be made: ")), e);
        } finally {
            unfinished.toFile().delete();
        }
    }

    private static void copy(Path ledger, Path target) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
        try (Connection connection = config.createConnection(SqliteDialect.URL_PREFIX + ledger)) {
            int result = connection
                    .unwrap(SQLiteConnection.class)
                    .getDatabase()
                    .backup("main", target.toString(), null, 0, 0, ALL_PAGES);
            if (result != 0) {
                throw new SQLException("SQLite's backup ends with " + result);
            }
        }
    }

    /** Without the file that WAL mode would leave beside it. */
    private static LedgerBackup lookOver(Path copy) throws SQLException, IOException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.DELETE);
        try (Connection connection = config.createConnection(SqliteDialect.URL_PREFIX + copy);
                Statement statement = connection.createStatement()) {
            Optional<String> finding = LedgerFile.finding(connection);
            if (finding.isPresent()) {
                throw new LedgerException(
                        "the ledger " + LedgerTrouble.DAMAGED.message(finding.get()) + ". There is no copy");
            }
            try (ResultSet counts = statement.executeQuery("select (select count(*) from job),"
                    + " (select count(*) from change), (select count(*) from delivery)")) {
                return new LedgerBackup(counts.getLong(1), counts.getLong(2), counts.getLong(3), Files.size(copy));
            }
        }
    }

    private static void flush(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
