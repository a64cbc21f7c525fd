package io.jobrelay.delivery;

import static java.util.Objects.requireNonNull;

import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import java.time.Duration;

/**
 * Why a destination did not take a delivery, in a form that can be kept.
 *
 * @param error as of an {@link ErrorText}
 * @param retryAfter how long the destination wants to be left alone, zero where it did not say
 */
public record DeliveryFailure(Consequence consequence, String error, Duration retryAfter) {
    public DeliveryFailure {
        requireNonNull(consequence, "consequence is null");
        requireNonNull(error, "error is null");
        requireNonNull(retryAfter, "retryAfter is null");
    }

    /** A failure that nobody has judged, a broken connection say, is taken for the destination's. */
    public static DeliveryFailure of(Exception failure, ErrorText errors) {
        if (failure instanceof DeliveryFailedException known) {
            return new DeliveryFailure(
                    known.consequence(),
                    errors.of(String.valueOf(known.getMessage())),
                    known.retryAfter().orElse(Duration.ZERO));
        }
        return new DeliveryFailure(Consequence.UNAVAILABLE, errors.of(failure.toString()), Duration.ZERO);
    }
}
