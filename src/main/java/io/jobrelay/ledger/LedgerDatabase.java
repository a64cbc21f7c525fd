package io.jobrelay.ledger;

import com.zaxxer.hikari.HikariDataSource;
import io.jobrelay.ledger.GroupCommit.Batch;
import io.jobrelay.settings.Settings.LedgerSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * The ledger's database, in a file or on a server: what is committed to it survives the process and the power. A file is open
 * in one process at a time; a database on a server in many, and commands look into either, and write, beside them.
 */
public final class LedgerDatabase implements AutoCloseable {
    /** How long a close waits for what depends on the last commits. */
    private static final Duration LAST_CALLBACKS = Duration.ofSeconds(10);

    private final LedgerDialect dialect;
    private final @Nullable LedgerFile file;
    private final HikariDataSource connections;
    private final Jdbi jdbi;
    private final GroupCommit writer;
    private final LedgerCondition condition;
    private final ExecutorService callbacks;
    private final List<Runnable> edited = new CopyOnWriteArrayList<>();

    private LedgerDatabase(LedgerDialect dialect, @Nullable LedgerFile file, HikariDataSource connections) {
        this.dialect = dialect;
        this.file = file;
        this.connections = connections;
        this.jdbi = Jdbi.create(connections);
        LedgerTypes.register(jdbi);
        dialect.define(jdbi);
        this.writer = new GroupCommit(jdbi, connections::evictConnection, new Fence(shared()));
        this.condition = new LedgerCondition(dialect.name(), System::nanoTime);
        this.callbacks = Executors.newSingleThreadExecutor(task -> GroupCommit.daemon("ledger-callbacks", task));
    }

    /**
     * Opens the ledger, creates it or brings its tables up to date. A file that is not whole is refused and stays as it
     * is: each start reads all of it, which takes a second for some gigabytes that are in memory and for a quarter of
     * one that is not.
     *
     * @throws LedgerException if it cannot be opened; says why and what to do
     */
    public static LedgerDatabase open(LedgerSettings settings) {
        LedgerDialect dialect = LedgerDialect.of(settings);
        return open(dialect, dialect::migrations);
    }

    static LedgerDatabase open(LedgerDialect dialect, Function<DataSource, FluentConfiguration> migrations) {
        return open(dialect, true, connections -> LedgerTables.bringUpToDate(migrations.apply(connections)));
    }

    /**
     * Opens a ledger that is there, beside a process that may have it open already and notices what is written.
     *
     * @throws LedgerException if it is not there, or another version's; says what to do
     */
    public static LedgerDatabase openBeside(LedgerSettings settings) {
        LedgerDialect dialect = LedgerDialect.of(settings);
        dialect.file().ifPresent(LedgerFile::requireThere);
        return open(dialect, false, connections -> LedgerTables.requireUpToDate(dialect.migrations(connections)));
    }

    /**
     * @param alone true to keep other processes out of a file
     */
    @SuppressWarnings("try") // both are closed only where this fails
    private static LedgerDatabase open(LedgerDialect dialect, boolean alone, Consumer<DataSource> tables) {
        LedgerFile file = null;
        HikariDataSource connections = null;
        try {
            file = alone && dialect.file().isPresent()
                    ? LedgerFile.hold(dialect.file().get())
                    : null;
            connections = new HikariDataSource(dialect.connections());
            tables.accept(connections);
            if (file != null) {
                file.made();
            }
            return new LedgerDatabase(dialect, file, connections);
        } catch (IOException | RuntimeException e) {
            try (LedgerFile held = file;
                    HikariDataSource open = connections) {
                throw new LedgerException(
                        "jobrelay.ledger.url: " + dialect.name() + " " + LedgerTrouble.message(e, "cannot be opened: "),
                        e);
            }
        }
    }

    /** The ledger's file, absolute; empty where it is on a server. */
    public static Optional<Path> file(LedgerSettings settings) {
        return LedgerDialect.of(settings).file();
    }

    /** True if other nodes may work on it at the same time. */
    boolean shared() {
        return dialect.file().isEmpty();
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
     * Runs the work in a transaction and returns when it is committed.
     *
     * @throws LedgerException if it failed or could not be committed; nothing of it was then written
     */
    <T> T write(Function<Handle, T> work) {
        return write(work, null, Set.of());
    }

    /** The same for work that is done under a lease, and only while that is this node's. */
    <T> T write(Lease lease, Function<Handle, T> work) {
        return write(work, lease, Set.of());
    }

    /**
     * The same for work on rows of shards that other nodes may own. They learn that there was an edit, which no transaction of
     * theirs comes in between.
     */
    <T> T edit(Set<Shard> shards, Function<Handle, T> work) {
        T result = write(work, null, shards);
        edited.forEach(Runnable::run);
        return result;
    }

    /** What a query without parameters finds. */
    <T> List<T> list(String sql, Class<T> type) {
        return read(handle -> handle.createQuery(sql).mapTo(type).list());
    }

    /** Calls this after each edit of this process. */
    void onEdit(Runnable listener) {
        edited.add(listener);
    }

    private <T> T write(Function<Handle, T> work, @Nullable Lease lease, Set<Shard> edits) {
        return commit(() -> writer.write(Batch.alone(work), true, lease, edits).join());
    }

    /**
     * Runs the work in a transaction of its own, without waiting for what others write.
     *
     * @throws LedgerException if it failed or could not be committed; nothing of it was then written
     */
    <T> T writeApart(Function<Handle, T> work) {
        return commit(() -> jdbi.inTransaction(work::apply));
    }

    private <T> T commit(Supplier<T> transaction) {
        condition.require();
        try {
            T result = transaction.get();
            condition.good();
            return result;
        } catch (CompletionException | JdbiException e) {
            throw failed(e instanceof CompletionException && e.getCause() != null ? e.getCause() : e);
        }
    }

    private LedgerException failed(Throwable failure) {
        return failure instanceof LeaseLostException lost ? lost : condition.failed(failure);
    }

    /**
     * Begins to write the item in a transaction under its lease, together with others of its kind. What depends on the future
     * is done on a thread of the ledger's own, in the order of the commits, and may write to the ledger itself.
     *
     * @return ends when it is committed; exceptionally, with a {@link LedgerException}, if it failed or could not be
     *     committed, and nothing of it was then written
     */
    <I, R> CompletableFuture<R> begin(Batch<I, R> kind, Lease lease, I item) {
        try {
            condition.require();
            return writer.write(kind, item, lease, Set.of())
                    .handleAsync(
                            (result, failure) -> {
                                if (failure != null) {
                                    throw failed(failure);
                                }
                                condition.good();
                                return result;
                            },
                            callbacks);
        } catch (LedgerException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * What keeps the ledger from being written and what to do about it, for people; empty if it can be. Only a ledger
     * that was in trouble is tried again for this.
     */
    public Optional<String> trouble() {
        if (condition.trouble().isPresent()) {
            try {
                write(handle -> handle.execute("<trialWrite>"));
            } catch (LedgerException e) {
                return Optional.ofNullable(e.getMessage());
            }
        }
        return condition.trouble();
    }

    /** Waits until everything that was begun is written, and for what depends on it. */
    @Override
    @SuppressWarnings("try") // the file is held for as long as connections are open
    public void close() {
        try (LedgerFile released = file;
                connections) {
            writer.close();
            callbacks.shutdown();
            callbacks.awaitTermination(LAST_CALLBACKS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
