package io.jobrelay.delivery;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How a destination that fails is spared, and its deliveries with it. While its circuit is open one delivery is sent now
 * and then as a probe, and no attempts are counted.
 *
 * @param openAfter failures in a row after which the circuit opens, at least 1
 * @param probeEvery wait before each probe; also the least pause of a destination that is overloaded
 * @param disableAfter how long a destination may fail without one success before it is disabled
 */
public record CircuitBreaker(int openAfter, Duration probeEvery, Duration disableAfter) {
    public CircuitBreaker {
        requireNonNull(probeEvery, "probeEvery is null");
        requireNonNull(disableAfter, "disableAfter is null");
        if (openAfter < 1) {
            throw new IllegalArgumentException("openAfter must be at least 1, was " + openAfter);
        }
    }
}
