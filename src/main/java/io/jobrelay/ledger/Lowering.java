package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;

/**
 * What is left of an account's ceiling since its provider found the requests too many: half of what it was, held for a
 * while, then a tenth of the ceiling more every ten seconds until it is whole.
 *
 * @param percent of the ceiling, from {@value #LEAST} to {@value #WHOLE}
 * @param heldUntil from then on it climbs, in the ledger's time, in whole milliseconds
 * @param throttledAt when it was lowered last, in the ledger's time, in whole milliseconds
 */
record Lowering(int percent, Instant heldUntil, Instant throttledAt) {
    static final int WHOLE = 100;
    static final int LEAST = 10;
    static final Lowering NONE = new Lowering(WHOLE, Instant.EPOCH, Instant.EPOCH);

    private static final int STEP = 10;
    private static final Duration STEP_TIME = Duration.ofSeconds(10);

    /** Those that were under way together are throttled together, and that counts once. */
    private static final Duration TOGETHER = Duration.ofSeconds(1);

    Lowering {
        if (percent < LEAST || percent > WHOLE) {
            throw new IllegalArgumentException(
                    "percent: must be from %d to %d, was %d".formatted(LEAST, WHOLE, percent));
        }
        requireNonNull(heldUntil, "heldUntil is null");
        requireNonNull(throttledAt, "throttledAt is null");
    }

    /** The percentage of the ceiling at that time. */
    int percentAt(Instant now) {
        if (percent == WHOLE || now.isBefore(heldUntil)) {
            return percent;
        }
        long steps = 1 + Duration.between(heldUntil, now).dividedBy(STEP_TIME);
        return (int) Math.min(WHOLE, percent + STEP * Math.min(WHOLE, steps));
    }

    /** This, and a throttled answer more, after which it is held for so long. */
    Lowering throttled(Instant now, Duration hold) {
        Instant held = now.plus(hold);
        if (now.isBefore(throttledAt.plus(TOGETHER))) {
            return held.isAfter(heldUntil.plus(TOGETHER)) ? new Lowering(percent, held, throttledAt) : this;
        }
        return new Lowering(Math.max(LEAST, percentAt(now) / 2), held.isAfter(heldUntil) ? held : heldUntil, now);
    }
}
