package io.jobrelay.ledger;

import com.zaxxer.hikari.HikariConfig;
import java.nio.file.Path;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jdbi.v3.core.Jdbi;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;

/**
 * A SQLite file in WAL mode with full synchronisation, so that what is committed survives the process and the power. The file
 * is its owner's alone, and one process runs it at a time; commands may look into it, and write, beside that one.
 */
final class SqliteDialect implements LedgerDialect {
    static final String URL_PREFIX = "jdbc:sqlite:";
    private static final int CONNECTIONS = 8;
    private static final int BUSY_TIMEOUT_MILLIS = 10_000;
    /** In bytes: about what the log holds when SQLite writes a checkpoint by itself. */
    private static final int LARGEST_LOG = 4 * 1024 * 1024;

    private static final int PRIMARY_CODE = 0xff;

    private final Path path;

    SqliteDialect(String url) {
        this.path = Path.of(url.substring(URL_PREFIX.length())).toAbsolutePath();
    }

    @Override
    public String name() {
        return path.toString();
    }

    @Override
    public Optional<Path> file() {
        return Optional.of(path);
    }

    @Override
    public HikariConfig connections() {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
        // A transaction that reads before it writes would fail, not wait, if another process wrote in between.
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        // A long read lets the log grow past its checkpoints; without a limit the file would stay as large for ever.
        config.setJournalSizeLimit(LARGEST_LOG);
        config.setTempStore(SQLiteConfig.TempStore.MEMORY);
        SQLiteDataSource database = new SQLiteDataSource(config);
        database.setUrl(URL_PREFIX + path);
        HikariConfig pool = new HikariConfig();
        pool.setPoolName("ledger");
        pool.setDataSource(database);
        pool.setMaximumPoolSize(CONNECTIONS);
        return pool;
    }

    @Override
    public FluentConfiguration migrations(DataSource connections) {
        return Flyway.configure().dataSource(connections).locations("classpath:db/ledger/sqlite");
    }

    /** There is one writer, and so nothing to lock. */
    @Override
    public void define(Jdbi jdbi) {
        jdbi.define("skipLocked", "")
                .define("elements", "json_each")
                .define("members", "json_each")
                .define("crossJoin", "cross join")
                .define("settled", "1")
                .define("trialWrite", "pragma user_version = 0") // writes a page
                .define("listedRecord", "json_remove(r.record, '$.raw', '$.spec', '$.result', '$.logs')");
    }

    /** What a result code says of the file; empty for what a statement did wrong. */
    static Optional<LedgerTrouble> trouble(SQLiteErrorCode code) {
        return switch (SQLiteErrorCode.getErrorCode(code.code & PRIMARY_CODE)) {
            case SQLITE_FULL -> Optional.of(LedgerTrouble.FULL);
            case SQLITE_READONLY, SQLITE_PERM -> Optional.of(LedgerTrouble.READ_ONLY);
            case SQLITE_BUSY, SQLITE_LOCKED -> Optional.of(LedgerTrouble.BUSY);
            case SQLITE_CORRUPT, SQLITE_NOTADB -> Optional.of(LedgerTrouble.DAMAGED);
            case SQLITE_IOERR, SQLITE_CANTOPEN -> Optional.of(LedgerTrouble.UNREACHABLE);
            default -> Optional.empty();
        };
    }

    /** True for what says that a value cannot be kept. */
    static boolean refusesData(SQLiteErrorCode code) {
        return switch (SQLiteErrorCode.getErrorCode(code.code & PRIMARY_CODE)) {
            case SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_RANGE -> true;
            default -> false;
        };
    }
}
