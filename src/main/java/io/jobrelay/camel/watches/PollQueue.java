package io.jobrelay.camel.watches;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The polls that wait for a worker, fairly over accounts: next is one of the account with the fewest under way. Beyond its
 * first, an account gets none that leaves it more than four times as many under way as workers are free: so a provider that
 * hangs holds up only its own watches, and several such still leave workers to the others.
 */
final class PollQueue {
    private static final int SHARE = 4;
    /** A claim is worth its commit where it is for so long, and what it takes is asked for soon enough. */
    private static final double AHEAD_NANOS = 100e6;

    private static final int MOST = 1_000;

    private final int workers;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition next = lock.newCondition();
    private final Condition room = lock.newCondition();
    private final Map<String, Line> lines = new LinkedHashMap<>();
    private int free;
    /** True once half of what may wait of an account is gone, and nobody knows yet. */
    private boolean halved;

    private volatile boolean closed;

    /** The polls of one account. */
    private static final class Line {
        private final Deque<Poll> waiting = new ArrayDeque<>();
        private int most;
        private int underWay;
        /** When some were claimed last, and how many have ended since. */
        private long claimed;

        private int ended;
    }

    /**
     * @param nanoTime a clock that only runs forward, as {@link System#nanoTime()}
     */
    PollQueue(int workers, LongSupplier nanoTime) {
        this.workers = workers;
        this.nanoTime = nanoTime;
        this.free = workers;
    }

    /** Hands out nothing any more; gives what waits. */
    List<Poll> close() {
        return locked(() -> {
            closed = true;
            next.signalAll();
            room.signalAll();
            return drain();
        });
    }

    boolean isClosed() {
        return closed;
    }

    /** False if it is closed. */
    boolean add(Poll poll) {
        return locked(() -> {
            if (!closed) {
                line(poll.watch().account()).waiting.add(poll);
                next.signal();
            }
            return !closed;
        });
    }

    /** Waits for the next poll, which is under way from then on; null once the queue is closed. */
    @Nullable
    Poll take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Line line = next();
            while (line == null && !closed) {
                next.await();
                line = next();
            }
            return closed || line == null ? null : take(line);
        } finally {
            lock.unlock();
        }
    }

    private Poll take(Line line) {
        Poll poll = line.waiting.remove();
        line.underWay++;
        free--;
        if (line.waiting.size() == line.most / 2) {
            halved = true;
            room.signal();
        }
        if (next() != null) {
            next.signal();
        }
        return poll;
    }

    private @Nullable Line next() {
        // The last worker goes to an account that has none.
        int most = free == 1 ? 1 : SHARE * (free - 1);
        Line next = null;
        for (Line line : lines.values()) {
            boolean may = !line.waiting.isEmpty() && line.underWay < most;
            if (may && (next == null || line.underWay < next.underWay)) {
                next = line;
            }
        }
        return next;
    }

    /** The poll is no longer under way. */
    void ended(Poll poll) {
        locked(() -> {
            Line line = line(poll.watch().account());
            free++;
            line.ended++;
            return --line.underWay;
        });
    }

    /**
     * How many more polls of the account are worth claiming, so that as many wait here as have ended in a tenth of a second
     * lately, and at least about one for each worker over all accounts. None before half of them are gone.
     *
     * @param accounts how many have polls that could wait here
     */
    int room(String account, int accounts) {
        return locked(() -> {
            Line line = line(account);
            long now = nanoTime.getAsLong();
            double lately = line.ended * AHEAD_NANOS / Math.max(1, now - line.claimed);
            line.most = Math.max((int) Math.min(lately, MOST), Math.max(2, workers / accounts));
            int waiting = line.waiting.size();
            if (waiting > line.most / 2) {
                return 0;
            }
            line.claimed = now;
            line.ended = 0;
            return line.most - waiting;
        });
    }

    /** Waits until half of what may wait of an account is gone, since it was last waited for; but no longer than that. */
    void awaitRoom(long millis) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(millis);
            while (!closed && !halved && left > 0) {
                left = room.awaitNanos(left);
            }
            halved = false;
        } finally {
            lock.unlock();
        }
    }

    /** Takes out all that wait. */
    List<Poll> drain() {
        return locked(() -> {
            List<Poll> drained = new ArrayList<>();
            lines.values().forEach(line -> {
                drained.addAll(line.waiting);
                line.waiting.clear();
            });
            return drained;
        });
    }

    private Line line(String account) {
        return lines.computeIfAbsent(account, name -> new Line());
    }

    private <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }
}
