package io.jobrelay.ledger;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.jobrelay.ledger.GroupCommit.Batch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * The ledger's database: a SQLite file in WAL mode with full synchronisation, so that what is committed survives the
 * process and the power. The file is its owner's alone, and one process runs it at a time; commands may look into it, and
 * write, beside that one.
 */
public final class LedgerDatabase implements AutoCloseable {
    static final String URL_PREFIX = "jdbc:sqlite:";
    private static final String MIGRATIONS = "classpath:db/ledger/sqlite";
    private static final int CONNECTIONS = 8;
    private static final int BUSY_TIMEOUT_MILLIS = 10_000;

    private final @Nullable LedgerFile held;
    private final HikariDataSource connections;
    private final Jdbi jdbi;
    private final Lanes lanes = Lanes.ALONE;
    private final ChangeLog changes = new ChangeLog(lanes);
    private final GroupCommit writer;
    private final LedgerCondition condition;

    private LedgerDatabase(Path path, @Nullable LedgerFile held, HikariDataSource connections) {
        this.held = held;
        this.connections = connections;
        this.jdbi = Jdbi.create(connections);
        jdbi.define("skipLocked", "");
        jdbi.define("forUpdate", "");
        this.writer = new GroupCommit(jdbi, connections::evictConnection, changes);
        this.condition = new LedgerCondition(path, System::nanoTime);
    }

    /**
     * Opens the ledger, creates it or brings its tables up to date. A file that is not whole is refused and stays as it
     * is: each start reads all of it, which takes a second for some gigabytes that are in memory and for a quarter of
     * one that is not.
     *
     * @param url {@code jdbc:sqlite:<file>}
     * @throws LedgerException if it cannot be opened; says why and what to do
     */
    public static LedgerDatabase open(String url) {
        return open(url, MIGRATIONS);
    }

    /** Opens the ledger with the tables that the migrations in the given place make. */
    static LedgerDatabase open(String url, String migrations) {
        Path path = file(url);
        LedgerFile file = null;
        HikariDataSource connections = null;
        try {
            file = LedgerFile.hold(path);
            connections = connections(path);
            LedgerTables.bringUpToDate(connections, migrations);
            file.made();
            return new LedgerDatabase(path, file, connections);
        } catch (IOException | RuntimeException e) {
            if (connections != null) {
                connections.close();
            }
            if (file != null) {
                file.close();
            }
            throw cannotOpen(path, e);
        }
    }

    /**
     * Opens a ledger that is there, beside whoever has it open already. What is written is noticed there.
     *
     * @param url {@code jdbc:sqlite:<file>}
     * @throws LedgerException if it is not there, or another version's; says what to do
     */
    public static LedgerDatabase openBeside(String url) {
        Path path = file(url);
        if (!Files.exists(path)) {
            throw notThere(path);
        }
        HikariDataSource connections = null;
        try {
            connections = connections(path);
            LedgerTables.requireUpToDate(connections, MIGRATIONS);
            return new LedgerDatabase(path, null, connections);
        } catch (RuntimeException e) {
            if (connections != null) {
                connections.close();
            }
            throw cannotOpen(path, e);
        }
    }

    static LedgerException notThere(Path path) {
        return new LedgerException("jobrelay.ledger.url: there is no " + path
                + "; go to the directory that Jobrelay runs in, or run it here first");
    }

    private static LedgerException cannotOpen(Path path, Exception e) {
        return new LedgerException("jobrelay.ledger.url: " + path + " " + why(e), e);
    }

    private static String why(Exception e) {
        return e instanceof LedgerException known
                ? String.valueOf(known.getMessage())
                : LedgerTrouble.of(e)
                        .map(trouble -> trouble.message(LedgerTrouble.detail(e)))
                        .orElse("cannot be opened: " + LedgerTrouble.detail(e));
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

    /**
     * Runs the work in a transaction and returns when it is committed.
     *
     * @throws LedgerException if it failed or could not be committed; nothing of it was then written
     */
    <T> T write(Function<Handle, T> work) {
        return write(Batch.of(work), "");
    }

    /**
     * Writes the item in a transaction, together with others of its kind, and returns when it is committed.
     *
     * @throws LedgerException if it failed or could not be committed; nothing of it was then written
     */
    <I, R> R write(Batch<I, R> kind, I item) {
        condition.require();
        try {
            R result = writer.write(kind, item);
            condition.good();
            return result;
        } catch (CompletionException e) {
            throw condition.failed(e.getCause() == null ? e : e.getCause());
        }
    }

    /** Where the order of deliveries is kept. */
    Lanes lanes() {
        return lanes;
    }

    /** What the transaction under way announces. */
    ChangeLog changes() {
        return changes;
    }

    /**
     * Reads what is committed.
     *
     * @throws LedgerException if it cannot be read
     */
    <T> T read(Function<Handle, T> work) {
        condition.require();
        try {
            return jdbi.withHandle(work::apply);
        } catch (JdbiException e) {
            throw condition.failed(e);
        }
    }

    /**
     * What keeps the ledger from being written and what to do about it, for people; empty if it can be. Only a ledger
     * that was in trouble is tried again for this.
     */
    public Optional<String> trouble() {
        if (condition.trouble().isPresent()) {
            try {
                write(handle -> handle.execute("pragma user_version = 0")); // writes a page, and says nothing
            } catch (LedgerException e) {
                return Optional.ofNullable(e.getMessage());
            }
        }
        return condition.trouble();
    }

    @Override
    public void close() {
        writer.close();
        connections.close();
        if (held != null) {
            held.close();
        }
    }
}
