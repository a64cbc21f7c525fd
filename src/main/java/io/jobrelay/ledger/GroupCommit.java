package io.jobrelay.ledger;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The one writer of the ledger. Whatever several threads want to write at the same moment is committed together, since a
 * commit costs a flush to the disk and the flush is what limits the ledger. Each caller waits until its own work is
 * committed, and a piece of work that fails takes none of the others with it.
 */
final class GroupCommit implements AutoCloseable {
    private static final int LARGEST_GROUP = 256;
    private static final String SAVEPOINT = "work";

    private final Jdbi jdbi;
    private final Consumer<Connection> discard;
    private final BlockingQueue<Work<?>> queue = new LinkedBlockingQueue<>();
    /** The last piece of work: none is queued behind it. */
    private final Work<?> end = new Work<>(handle -> null);

    private final Thread writer;
    private boolean closed;

    /**
     * @param discard closes a connection for good: after a failed transaction SQLite and its driver may disagree about
     *     whether there is one
     */
    GroupCommit(Jdbi jdbi, Consumer<Connection> discard) {
        this.jdbi = jdbi;
        this.discard = discard;
        this.writer = new Thread(this::commitGroups, "ledger-writer");
        this.writer.setDaemon(true);
        this.writer.start();
    }

    /**
     * Runs the work in a transaction and returns when it is committed.
     *
     * @throws LedgerException if the ledger is closed
     * @throws CompletionException if it failed or could not be committed; nothing of it was then written
     */
    <T> T write(Function<Handle, T> function) {
        Work<T> work = new Work<>(function);
        add(work);
        return work.done.join();
    }

    private synchronized void add(Work<?> work) {
        if (closed) {
            throw new LedgerException("the ledger is closed");
        }
        queue.add(work);
    }

    private void commitGroups() {
        List<Work<?>> group = new ArrayList<>();
        do {
            group.clear();
            group.add(next());
            queue.drainTo(group, LARGEST_GROUP - 1);
            commit(group);
        } while (!group.contains(end));
    }

    private Work<?> next() {
        while (true) {
            try {
                return queue.take();
            } catch (InterruptedException e) {
                // Only close() ends the writer: those who wait for it could not be told otherwise.
            }
        }
    }

    private void commit(List<Work<?>> group) {
        try (Handle handle = jdbi.open()) {
            commit(group, handle);
            group.forEach(Work::complete);
        } catch (Throwable e) {
            // An error too: nobody else could tell those who wait.
            group.forEach(work -> work.done.completeExceptionally(e));
        }
    }

    private void commit(List<Work<?>> group, Handle handle) {
        try {
            handle.begin();
            group.forEach(work -> work.run(handle));
            handle.commit();
        } catch (Throwable e) {
            discard.accept(handle.getConnection());
            throw e;
        }
    }

    /** Waits for what has been begun to be written. */
    @Override
    public void close() {
        synchronized (this) {
            if (!closed) {
                closed = true;
                queue.add(end);
            }
        }
        try {
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Work<T> {
        private final Function<Handle, T> function;
        private final CompletableFuture<T> done = new CompletableFuture<>();
        private @Nullable T result;

        private Work(Function<Handle, T> function) {
            this.function = function;
        }

        private void run(Handle handle) {
            handle.savepoint(SAVEPOINT);
            try {
                result = function.apply(handle);
                handle.releaseSavepoint(SAVEPOINT);
            } catch (RuntimeException e) {
                undo(handle, e);
                done.completeExceptionally(e);
            }
        }

        private static void undo(Handle handle, RuntimeException failure) {
            try {
                handle.rollbackToSavepoint(SAVEPOINT);
            } catch (RuntimeException e) {
                failure.addSuppressed(e);
                throw failure; // there is no transaction left, for the others of the group neither
            }
        }

        @SuppressWarnings("NullAway") // a work may well return null
        private void complete() {
            done.complete(result);
        }
    }
}
