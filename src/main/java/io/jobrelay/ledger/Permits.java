package io.jobrelay.ledger;

import io.jobrelay.ledger.CeilingTable.Granted;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One account's permits at this node: a few that are good for a moment, and when it is worth asking for more. Times are
 * nanoseconds of the ledger's time.
 */
final class Permits {
    /** Who gets fewer than it wants waits for this much of them: to ask for each would cost a statement each. */
    private static final Duration WORTH_ASKING = Duration.ofMillis(50);

    private final AtomicInteger waiting = new AtomicInteger();
    private int left;
    private int filled;
    private long staleAt;
    private Spacing spacing = Spacing.of(1);
    private long askAt;

    /** How many wait for one each. */
    AtomicInteger waiting() {
        return waiting;
    }

    /** Takes one of those that are here. */
    synchronized boolean draw(long now) {
        if (left == 0 || now >= staleAt) {
            return false;
        }
        left--;
        return true;
    }

    /** Puts so many here, in the place of what was left. */
    synchronized void fill(int permits, long now) {
        left = permits;
        filled = permits;
        staleAt = now + Spacing.STOCKED.toNanos();
    }

    /** How many to ask for: what is waited for, or twice as many as before where those did not last. */
    synchronized int demand(Spacing every, long now) {
        int lasting = now < staleAt ? 2 * filled : 0;
        return (int) Math.min(Math.max(waiting.get(), lasting), every.permits(Spacing.STOCKED));
    }

    /** So many were asked for, and this was granted. */
    synchronized void told(int wanted, Granted granted, Spacing every) {
        long missing = Math.min(wanted - granted.permits(), every.permits(WORTH_ASKING));
        spacing = every;
        askAt = granted.nextAt() + Math.max(1, missing) * every.nanos() - every.savedNanos();
    }

    /** How long it is not worth asking; nothing for a ceiling that has changed since. */
    synchronized long rest(Spacing every, long now) {
        return every.equals(spacing) ? Math.max(0, askAt - now) : 0;
    }
}
