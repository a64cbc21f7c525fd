package io.jobrelay.camel.watches;

import static java.util.Objects.requireNonNull;

import io.jobrelay.account.RateLimits;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.ledger.Lease;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the next poll, fairly over accounts: of those with a due watch and a permit of their rate limit, the account with the
 * fewest polls in flight. Beyond its first poll, an account gets no more than four times as many as there are free workers: so a
 * provider that hangs holds up only its own watches, and several of them still leave workers to the others.
 */
final class Schedule {
    private static final int SHARE = 4;
    /** The ledger's clock, by which watches are due, may be corrected meanwhile. */
    private static final long LONGEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final RateLimits limits;
    private final PollListener listener;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition turn = lock.newCondition();
    private final Map<String, Line> lines = new LinkedHashMap<>();
    private int free;
    private boolean open;
    /** The worker that waits until the next watch is due; the others wait for a signal. */
    private @Nullable Thread leader;

    private long leaderUntil;

    /** What an account has to poll. */
    private static final class Line {
        private final String account;
        /** Watches that batched polls have found: each reply still becomes a record. */
        private final Deque<Poll> found = new ArrayDeque<>();

        private @Nullable AccountWatches watches;
        /** False while no poll of it may start. */
        private boolean open;

        private int inFlight;
        /** Until when there is no permit, by the clock that only runs forward; and since when, 0 if there is one. */
        private long limitedUntil;

        private long limitedSince;

        private Line(String account) {
            this.account = account;
        }
    }

    /**
     * @param workers how many polls may be in flight, above 0
     * @param clock the ledger's
     * @param nanoTime a clock that only runs forward
     */
    Schedule(int workers, RateLimits limits, PollListener listener, Clock clock, LongSupplier nanoTime) {
        this.free = workers;
        this.limits = limits;
        this.listener = listener;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    /** Hands out polls from now on. */
    void open() {
        locked(() -> open = true);
    }

    /** Hands out no poll until it is opened again. */
    void close() {
        locked(() -> {
            open = false;
            turn.signalAll();
            return null;
        });
    }

    /** Waits for the next poll, which is then in flight; null once this is closed. */
    @Nullable
    Poll take(BatchedPolls batches) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (open) {
                long[] wait = {LONGEST_WAIT_NANOS};
                Poll poll = next(batches, wait);
                if (poll != null) {
                    return poll;
                }
                long until = nanoTime.getAsLong() + wait[0];
                if (leader != null && leaderUntil - until <= 0) {
                    turn.await();
                } else {
                    lead(until);
                    try {
                        turn.awaitNanos(wait[0]);
                    } finally {
                        leader = leader == Thread.currentThread() ? null : leader;
                    }
                }
            }
            return null;
        } finally {
            if (leader == null) {
                turn.signal();
            }
            lock.unlock();
        }
    }

    private void lead(long until) {
        leader = Thread.currentThread();
        leaderUntil = until;
    }

    private int most() {
        // The last worker is for an account that has none.
        return free == 1 ? 1 : SHARE * (free - 1);
    }

    /** Wakes a worker if one may take a poll of the account; to wake one for nothing costs as much as a poll. */
    private void wake(Line line, Instant due) {
        if (line.inFlight < most() && !due.isAfter(clock.instant())) {
            turn.signal();
        }
    }

    /**
     * @param batches say which watches share a poll
     * @param wait is set to the time until there may be a poll
     */
    private @Nullable Poll next(BatchedPolls batches, long[] wait) {
        int most = most();
        Instant now = clock.instant();
        long nanos = nanoTime.getAsLong();
        for (Line line = line(most, now, nanos, wait); line != null; line = line(most, now, nanos, wait)) {
            Poll found = line.found.poll();
            if (found != null || isAllowed(line, nanos)) {
                line.inFlight++;
                free--;
                return found != null ? found : begin(requireNonNull(line.watches, "has one due"), batches, now);
            }
        }
        return null;
    }

    private static Poll begin(AccountWatches watches, BatchedPolls batches, Instant now) {
        return batches.poll(watches.take(), (common, most) -> watches.takeBatch(common, now, most));
    }

    private @Nullable Line line(int most, Instant now, long nanos, long[] wait) {
        Line next = null;
        for (Line line : lines.values()) {
            if (line.inFlight < most
                    && (next == null || line.inFlight < next.inFlight)
                    && isReady(line, now, nanos, wait)) {
                next = line;
            }
        }
        return next;
    }

    private static boolean isReady(Line line, Instant now, long nanos, long[] wait) {
        Instant due = line.watches == null || !line.open ? null : line.watches.next();
        if (!line.found.isEmpty()) {
            return true;
        }
        if (due == null) {
            return false;
        }
        long left = due.isAfter(now) ? Duration.between(now, due).toNanos() : 0;
        if (line.limitedSince != 0) {
            left = Math.max(left, line.limitedUntil - nanos);
        }
        if (left > 0) {
            wait[0] = Math.min(wait[0], left);
        }
        return left <= 0;
    }

    private boolean isAllowed(Line line, long nanos) {
        long wait = limits.tryTake(line.account);
        if (wait > 0) {
            line.limitedUntil = nanos + Math.min(wait, LONGEST_WAIT_NANOS);
            line.limitedSince = line.limitedSince == 0 ? nanos : line.limitedSince;
            return false;
        }
        if (line.limitedSince != 0) {
            listener.throttled(line.account, Duration.ofNanos(nanos - line.limitedSince));
            line.limitedSince = 0;
        }
        return true;
    }

    /** Adds the poll of a watch that a batched poll has found, which needs no permit. */
    void found(Poll poll) {
        locked(() -> {
            Line line = line(poll);
            line.found.add(poll);
            wake(line, Instant.MIN);
            return null;
        });
    }

    /** Its worker is free again. */
    void freed(Poll poll) {
        locked(() -> {
            free++;
            return line(poll).inFlight--;
        });
    }

    private Line line(Poll poll) {
        return line(poll.watch().account());
    }

    private Line line(String account) {
        return lines.computeIfAbsent(account, Line::new);
    }

    /** The poll of the watch has ended; see {@link AccountWatches#ended}. */
    void ended(DueWatch polled, @Nullable DueWatch next, boolean written) {
        locked(() -> {
            Line line = line(polled.lease().shard().name());
            if (line.watches != null && line.watches.lease().equals(polled.lease())) {
                line.watches.ended(polled, next, written);
                if (next != null) {
                    wake(line, next.due());
                }
            }
            return null;
        });
    }

    /**
     * Polls these watches of the account from now on, or none.
     *
     * @param begins false while none of them may be polled
     */
    void have(String account, @Nullable AccountWatches watches, boolean begins) {
        locked(() -> {
            Line line = line(account);
            line.watches = watches;
            line.open = begins;
            return null;
        });
    }

    /** Changes the watches of an account, if this node still has it under that lease. */
    void with(Lease lease, Consumer<AccountWatches> work) {
        locked(() -> {
            Line line = lines.get(lease.shard().name());
            if (line != null && line.watches != null && line.watches.lease().equals(lease)) {
                work.accept(line.watches);
                turn.signal();
            }
            return null;
        });
    }

    <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }
}
