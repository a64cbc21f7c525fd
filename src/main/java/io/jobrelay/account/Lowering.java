package io.jobrelay.account;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What is left of an account's rate limit since its provider found the requests too many: half of what it was, held for a
 * while, then a tenth of the limit more every ten seconds until it is whole. Times are those of {@link System#nanoTime()}.
 *
 * @param percent of the limit, from {@value #LEAST} to {@value #WHOLE}
 * @param heldUntil from then on it climbs
 * @param throttledAt when it was lowered last
 */
record Lowering(int percent, long heldUntil, long throttledAt) {
    static final int WHOLE = 100;
    static final int LEAST = 10;
    static final Lowering NONE = new Lowering(WHOLE, 0, 0);

    private static final int STEP = 10;
    private static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Requests that were in flight together are throttled together, and that counts once. */
    private static final long TOGETHER_NANOS = TimeUnit.SECONDS.toNanos(1);

    Lowering {
        if (percent < LEAST || percent > WHOLE) {
            throw new IllegalArgumentException(
                    "percent: must be from %d to %d, was %d".formatted(LEAST, WHOLE, percent));
        }
    }

    /** The percentage of the limit at that time. */
    int percentAt(long now) {
        if (percent == WHOLE || now - heldUntil < 0) {
            return percent;
        }
        long steps = 1 + (now - heldUntil) / STEP_NANOS;
        return (int) Math.min(WHOLE, percent + STEP * Math.min(WHOLE, steps));
    }

    /** This after one more throttled reply, to be held for so long. */
    Lowering throttled(long now, Duration hold) {
        long held = now + hold.toNanos();
        if (percent == WHOLE) {
            return new Lowering(WHOLE / 2, held, now);
        }
        if (now - throttledAt < TOGETHER_NANOS) {
            return held - heldUntil > TOGETHER_NANOS ? new Lowering(percent, held, throttledAt) : this;
        }
        return new Lowering(Math.max(LEAST, percentAt(now) / 2), held - heldUntil > 0 ? held : heldUntil, now);
    }
}
