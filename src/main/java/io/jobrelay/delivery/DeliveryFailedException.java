package io.jobrelay.delivery;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A destination did not take a delivery. An expected event, so it has no stack trace. */
public final class DeliveryFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What the failure says of the destination, and so for the deliveries that follow. */
    public enum Consequence {
        /** The destination is alive and will not have this event: an attempt of this delivery, and nothing else. */
        REFUSED,
        /** The destination cannot be reached or does not work; after some of these in a row its circuit opens. */
        UNAVAILABLE,
        /** As unavailable, and overloaded: everything for it waits for a while. */
        SLOW_DOWN,
        /** The destination cannot take anything just now, whatever it is given: everything waits, no attempt counts. */
        WAIT,
        /** The destination is gone for good: nothing is sent until it is enabled again. */
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
