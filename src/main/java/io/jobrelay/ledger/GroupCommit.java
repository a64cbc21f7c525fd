package io.jobrelay.ledger;

import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The one writer of this process. Whatever several threads want to write at the same moment is committed together, since a
 * commit costs a flush to the disk and the flush is what limits the ledger; and what is of the same kind is written
 * together, since a statement for many costs little more than one for each. Each caller learns when its own work is
 * committed. Where some of it fails, the group is rolled back and each piece written alone, so that a piece that fails
 * takes none of the others with it; so work may run twice, and does nothing but write.
 */
final class GroupCommit implements AutoCloseable {
    private static final int LARGEST_GROUP = 256;

    private final Jdbi jdbi;
    private final Consumer<Connection> discard;
    private final Fence fence;
    private final BlockingQueue<Work<?, ?>> queue = new LinkedBlockingQueue<>();
    /** The last piece of work: none is queued behind it. */
    private final Work<?, ?> end = new Work<>(Batch.alone(handle -> true), true, null, Set.of());

    private final Thread writer;
    private boolean closed;

    /**
     * @param discard closes a connection for good: after a failed transaction SQLite and its driver may disagree about
     *     whether there is one
     * @param fence passed first
     */
    GroupCommit(Jdbi jdbi, Consumer<Connection> discard, Fence fence) {
        this.jdbi = jdbi;
        this.fence = fence;
        this.discard = discard;
        this.writer = daemon("ledger-writer", this::commitGroups);
        this.writer.start();
    }

    /** A thread that keeps no process from ending. */
    static Thread daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Work of one kind.
     *
     * @param <I> what a caller brings
     * @param <R> what it gets
     */
    @FunctionalInterface
    interface Batch<I, R> {
        /** Writes what callers brought, and returns what each of them gets, in their order. */
        List<R> write(Handle handle, List<I> items);

        /** A kind of its own, with one piece of work. */
        static <R> Batch<Boolean, R> alone(Function<Handle, R> work) {
            return (handle, items) ->
                    items.stream().map(item -> work.apply(handle)).toList();
        }
    }

    /**
     * Writes the item in a transaction, with others of its kind that are there at the moment. The future ends once it is
     * committed, on the thread that writes, which must not be kept; it ends exceptionally if that failed, and nothing of it
     * was then written.
     *
     * @param lease that it is written under: it is written only while that is this node's; null for none
     * @param edits shards that it edits for whichever node owns them
     * @throws LedgerException if the ledger is closed
     */
    synchronized <I, R> CompletableFuture<R> write(Batch<I, R> kind, I item, @Nullable Lease lease, Set<Shard> edits) {
        if (closed) {
            throw new LedgerException("the ledger is closed");
        }
        Work<I, R> work = new Work<>(kind, item, lease, edits);
        queue.add(work);
        return work.done;
    }

    private void commitGroups() {
        List<Work<?, ?>> group = new ArrayList<>();
        do {
            group.clear();
            group.add(next());
            queue.drainTo(group, LARGEST_GROUP - 1);
            commit(group);
        } while (!group.contains(end));
    }

    private Work<?, ?> next() {
        while (true) {
            try {
                return queue.take();
            } catch (InterruptedException e) {
                // Only close() ends the writer: callers wait for what is queued.
            }
        }
    }

    /** Completes the work of all; returns why the ledger could not be reached, null if it could be. */
    private @Nullable Throwable commit(List<Work<?, ?>> group) {
        Throwable failure = attempt(group);
        if (failure == null) {
            group.forEach(Work::complete);
            return null;
        }
        Throwable unreachable = failure instanceof ConnectionException || inDoubt(failure) ? failure : null;
        if (group.size() == 1) {
            group.get(0).done.completeExceptionally(failure);
            return unreachable;
        }
        // What may be committed is not run again: it is not known what the first run has done.
        for (Work<?, ?> work : group) {
            if (unreachable == null) {
                unreachable = commit(List.of(work));
            } else {
                work.done.completeExceptionally(unreachable);
            }
        }
        return unreachable;
    }

    /** True if the connection to the server broke: it may have committed, and was not able to say so. */
    private static boolean inDoubt(Throwable failure) {
        return LedgerTrouble.of(failure).filter(LedgerTrouble.AWAY::equals).isPresent();
    }

    /** Null if the work is committed. An error counts as a failure too, or callers would wait for ever. */
    private @Nullable Throwable attempt(List<Work<?, ?>> group) {
        try (Handle handle = jdbi.open()) {
            commit(group, handle);
            return null;
        } catch (Throwable e) {
            return e;
        }
    }

    private void commit(List<Work<?, ?>> group, Handle handle) {
        try {
            handle.begin();
            Set<Lease> lost = fence.pass(
                    handle,
                    group.stream()
                            .flatMap(work -> Stream.ofNullable(work.lease))
                            .collect(toSet()),
                    group.stream().flatMap(work -> work.edits.stream()).collect(toCollection(TreeSet::new)));
            Map<Batch<?, ?>, List<Work<?, ?>>> kinds = new LinkedHashMap<>();
            for (Work<?, ?> work : group) {
                work.lost = work.lease != null && lost.contains(work.lease);
                if (!work.lost) {
                    kinds.computeIfAbsent(work.kind, kind -> new ArrayList<>()).add(work);
                }
            }
            kinds.values().forEach(works -> write(handle, works));
            handle.commit();
        } catch (Throwable e) {
            discard.accept(handle.getConnection());
            throw e;
        }
    }

    @SuppressWarnings("unchecked") // all of these are of one kind
    private static <I, R> void write(Handle handle, List<Work<?, ?>> works) {
        List<Work<I, R>> same = (List<Work<I, R>>) (List<?>) works;
        List<R> results = same.get(0)
                .kind
                .write(handle, same.stream().map(work -> work.item).toList());
        for (int i = 0; i < same.size(); i++) {
            same.get(i).result = results.get(i);
        }
    }

    /** Waits until everything that was queued is written. */
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

    private static final class Work<I, R> {
        private final Batch<I, R> kind;
        private final I item;
        private final @Nullable Lease lease;
        private final Set<Shard> edits;
        private final CompletableFuture<R> done = new CompletableFuture<>();
        private @Nullable R result;
        private boolean lost;

        private Work(Batch<I, R> kind, I item, @Nullable Lease lease, Set<Shard> edits) {
            this.kind = kind;
            this.item = item;
            this.lease = lease;
            this.edits = edits;
        }

        @SuppressWarnings("NullAway") // work may well return null
        private void complete() {
            if (lost) {
                done.completeExceptionally(new LeaseLostException(lease));
            } else {
                done.complete(result);
            }
        }
    }
}
