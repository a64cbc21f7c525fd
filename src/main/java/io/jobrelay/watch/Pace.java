package io.jobrelay.watch;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.jobrelay.job.ReadableDuration;
import java.time.Duration;

/**
 * The shortest and the longest time between two polls of a watch, written {@code 5s..5m}.
 *
 * <p>Between these ends the pace is proportional to age: the next poll comes after a tenth of the time that the job has
 * been in its present state. So a change is seen at most about 10 % late, at a cost that grows with the logarithm of a
 * job's life.
 */
public record Pace(Duration shortest, Duration longest) {
    /** The pace of a watch that names none. */
    public static final Pace DEFAULT = new Pace(Duration.ofSeconds(10), Duration.ofMinutes(5));

    private static final int AGE_SHARE = 10;
    private static final int STALE_FACTOR = 3;
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final double JITTER = 0.2;

    public Pace {
        requireNonNull(shortest, "shortest is null");
        requireNonNull(longest, "longest is null");
        if (shortest.isZero() || shortest.isNegative() || longest.compareTo(shortest) < 0) {
            throw new IllegalArgumentException("must be a shortest time above 0 and a longest time not below it, as in"
                    + " 5s..5m, was " + written(shortest, longest));
        }
    }

    /**
     * Reads {@code 5s..5m}, or {@code 30s} for both ends.
     *
     * @throws IllegalArgumentException if the text is neither
     */
    @JsonCreator
    public static Pace parse(String text) {
        int dots = text.indexOf("..");
        if (dots < 0) {
            Duration both = ReadableDuration.parse(text);
            return new Pace(both, both);
        }
        return new Pace(
                ReadableDuration.parse(text.substring(0, dots)), ReadableDuration.parse(text.substring(dots + 2)));
    }

    /**
     * How long a watch may go without a good answer before it is stale: three times the longest wait, and three seconds at
     * least, since an answer takes its time too.
     */
    public Duration staleAfter() {
        return (longest.compareTo(SECOND) < 0 ? SECOND : longest).multipliedBy(STALE_FACTOR);
    }

    /** The wait after a good answer, for a job that has been in its state for {@code age}. */
    public Duration afterAnswer(Duration age) {
        return clamp(age.dividedBy(AGE_SHARE));
    }

    /**
     * The wait after failed polls: doubled with each one, within the same ends, shortened by up to a fifth.
     *
     * @param failures polls that have failed in a row, from 1
     * @param random from 0 to 1, spreads watches that failed together
     */
    public Duration afterFailure(int failures, double random) {
        double factor = Math.pow(2, Math.min(failures, 30) - 1.0) * (1 - JITTER * random);
        double millis = Math.min(shortest.toMillis() * factor, longest.toMillis() * (1 - JITTER * random));
        return clamp(Duration.ofMillis((long) millis));
    }

    private Duration clamp(Duration wait) {
        if (wait.compareTo(shortest) < 0) {
            return shortest;
        }
        return wait.compareTo(longest) > 0 ? longest : wait;
    }

    /** The form that {@link #parse} reads. */
    @JsonValue
    @Override
    public String toString() {
        return written(shortest, longest);
    }

    private static String written(Duration shortest, Duration longest) {
        return ReadableDuration.format(shortest) + ".." + ReadableDuration.format(longest);
    }
}
