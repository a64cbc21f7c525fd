package io.jobrelay.ledger;

import java.time.Duration;

/**
 * The time between two permits of an account, and so how many there are.
 *
 * <p>Over any ten seconds an account makes at most 5 % more requests than its ceiling says, wherever they begin, or up to
 * the next whole one: 0.4 s worth of permits may have been saved up, and those of the last 0.3 s may not have been used yet,
 * that is 10.7 s worth, at 97 % of the ceiling.
 *
 * @param nanos above 0
 */
record Spacing(long nanos) {
    /** What a quiet account saves up, and one permit at least. */
    static final long SAVED_NANOS = Duration.ofMillis(400).toNanos();

    /** A permit that a claimed watch waits with is good for so long after the claim. */
    static final Duration CLAIMED = Duration.ofMillis(200);

    /** A permit that a node took in advance is good for so long. */
    static final Duration STOCKED = Duration.ofMillis(100);

    private static final double SLOWER = 1.03;
    private static final double NANOS_PER_SECOND = 1e9;

    Spacing {
        if (nanos <= 0) {
            throw new IllegalArgumentException("nanos: must be above 0, was " + nanos);
        }
    }

    static Spacing of(double perSecond) {
        return new Spacing((long) Math.ceil(SLOWER * NANOS_PER_SECOND / perSecond));
    }

    /** The time that the permits of a quiet account are worth. */
    long savedNanos() {
        return Math.max(SAVED_NANOS, nanos);
    }

    /** How many permits there are in so much time, one at least. */
    long permits(Duration time) {
        return Math.max(1, time.toNanos() / nanos);
    }
}
