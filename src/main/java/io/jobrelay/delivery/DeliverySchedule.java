package io.jobrelay.delivery;

import io.jobrelay.job.ReadableDuration;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * When a delivery is tried: the wait before each attempt, counted from the attempt before. After the last one the
 * delivery is dead.
 *
 * @param waits one per attempt, at least one; the first is usually zero
 * @param jitter the fraction, from 0 to below 1, by which each wait is made longer or shorter at random
 */
public record DeliverySchedule(List<Duration> waits, double jitter) {
    public DeliverySchedule {
        waits = List.copyOf(Objects.requireNonNull(waits, "waits is null"));
        if (waits.isEmpty()) {
            throw new IllegalArgumentException("must have at least one attempt, had none");
        }
        if (!(jitter >= 0 && jitter < 1)) {
            throw new IllegalArgumentException("jitter must be from 0 to below 1, was " + jitter);
        }
    }

    /**
     * Reads waits such as {@code 0s,5s,5m}.
     *
     * @throws IllegalArgumentException when one of them is not a {@link ReadableDuration}
     */
    public static DeliverySchedule parse(String text, double jitter) {
        List<Duration> waits = Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .map(ReadableDuration::parse)
                .toList();
        return new DeliverySchedule(waits, jitter);
    }

    /**
     * The wait before the next attempt; empty when there is none left.
     *
     * @param failedAttempts how many attempts have failed, from 0
     * @param random from 0 to below 1, new for every call: 0 is the shortest wait, a half the wait as written
     */
    public Optional<Duration> delayAfter(int failedAttempts, double random) {
        if (failedAttempts >= waits.size()) {
            return Optional.empty();
        }
        double factor = 1 + jitter * (2 * random - 1);
        return Optional.of(
                Duration.ofMillis(Math.round(waits.get(failedAttempts).toMillis() * factor)));
    }
}
