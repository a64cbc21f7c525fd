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
 * Which poll comes next, fairly over accounts: of those that have a watch due, and a request left, the one with the fewest polls
 * under way. Beyond its first, an account gets none that leaves it more than four times as many under way as workers are free:
 * so a provider that hangs holds up only its own watches, and several such still leave workers to the others.
 */
final class Schedule {
    private static final int SHARE = 4;
    /** The clock of the ledger, by which watches are due, may be put right meanwhile. */
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
    /** The one who waits for the next watch to be due, and until when; the others wait for a signal. */
    private @Nullable Thread leader;

    private long leaderUntil;

    /** One account's. */
    private static final class Line {
        private final String account;
        /** Watches that batched polls have found: each reply still becomes a record. */
        private final Deque<Poll> found = new ArrayDeque<>();

        private @Nullable AccountWatches watches;
        /** False while nothing of it must be begun. */
        private boolean open;

        private int underWay;
        /** When there is a request left again, by the clock that only runs forward; and since when none was, 0 if one was. */
        private long limitedUntil;

        private long limitedSince;

        private Line(String account) {
            this.account = account;
        }
    }

    /**
     * @param workers how many polls may be under way, above 0
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

    /** Hands out polls. */
    void open() {
        locked(() -> open = true);
    }

    /** Hands out nothing any more, until it is opened again. */
    void close() {
        locked(() -> {
            open = false;
            turn.signalAll();
            return null;
        });
    }

    /** Waits for the next poll, which is under way from then on; null once this is closed. */
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
        // The last worker goes to an account that has none.
        return free == 1 ? 1 : SHARE * (free - 1);
    }

    /** Wakes a worker where one that waits may take something of the account; each that is woken in vain costs as much as a poll. */
    private void wake(Line line, Instant due) {
        if (line.underWay < most() && !due.isAfter(clock.instant())) {
            turn.signal();
        }
    }

    /**
     * @param batches say which watches share a poll
     * @param wait is made how long it is until something may be next
     */
    private @Nullable Poll next(BatchedPolls batches, long[] wait) {
        int most = most();
        Instant now = clock.instant();
        long nanos = nanoTime.getAsLong();
        for (Line line = line(most, now, nanos, wait); line != null; line = line(most, now, nanos, wait)) {
            Poll found = line.found.poll();
            if (found != null || isAllowed(line, nanos)) {
                line.underWay++;
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
            if (line.underWay < most
                    && (next == null || line.underWay < next.underWay)
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
            listener.heldBack(line.account, Duration.ofNanos(nanos - line.limitedSince));
            line.limitedSince = 0;
        }
        return true;
    }

    /** A batched poll has found the watch of this poll, which needs no request. */
    void found(Poll poll) {
        locked(() -> {
            Line line = line(poll);
            line.found.add(poll);
            wake(line, Instant.MIN);
            return null;
        });
    }

    /** Its worker is free. */
    void freed(Poll poll) {
        locked(() -> {
            free++;
            return line(poll).underWay--;
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
     * Has watches of the account from now on, or none.
     *
     * @param begins false while nothing of them must be begun
     */
    void have(String account, @Nullable AccountWatches watches, boolean begins) {
        locked(() -> {
            Line line = line(account);
            line.watches = watches;
            line.open = begins;
            return null;
        });
    }

    /** Does something with what it has of an account's watches, if it has any. */
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
