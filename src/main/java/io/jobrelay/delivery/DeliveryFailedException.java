package io.jobrelay.delivery;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A destination did not take a delivery. An expected event, so it has no stack trace. */
public final class DeliveryFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What the failure means for the deliveries that follow. */
    public enum Consequence {
        /** Nothing: the next delivery may well succeed. */
        RETRY,
        /** The destination is overloaded: everything for it waits. */
        SLOW_DOWN,
        /** The destination is gone for good: nothing is sent until Jobrelay is started anew. */
        DISABLE
    }

    private final Consequence consequence;
    private final @Nullable Duration retryAfter;

    /**
     * @param retryAfter how long the destination wants to be left alone, null where it did not say
     */
    public DeliveryFailedException(String message, Consequence consequence, @Nullable Duration retryAfter) {
        super(message, null, false, false);
        this.consequence = consequence;
        this.retryAfter = retryAfter;
    }

    public Consequence consequence() {
        return consequence;
    }

    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
