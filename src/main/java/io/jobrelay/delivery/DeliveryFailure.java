package io.jobrelay.delivery;

import static java.util.Objects.requireNonNull;

import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import io.jobrelay.logging.PlainLine;
import io.jobrelay.secrets.Secrets;
import java.time.Duration;

/**
 * Why a destination did not take a delivery, in a form that can be kept.
 *
 * @param error one line, free of secrets, cut after {@value #LONGEST_ERROR} characters
 * @param retryAfter how long the destination wants to be left alone, zero where it did not say
 */
public record DeliveryFailure(Consequence consequence, String error, Duration retryAfter) {
    /** The most characters of an error that are kept. */
    public static final int LONGEST_ERROR = 1_000;

    public DeliveryFailure {
        requireNonNull(consequence, "consequence is null");
        requireNonNull(error, "error is null");
        requireNonNull(retryAfter, "retryAfter is null");
    }

    /** A failure without a consequence, such as a broken connection, counts against the destination. */
    public static DeliveryFailure of(Exception failure, Secrets secrets) {
        if (failure instanceof DeliveryFailedException known) {
            return new DeliveryFailure(
                    known.consequence(),
                    error(String.valueOf(known.getMessage()), secrets),
                    known.retryAfter().orElse(Duration.ZERO));
        }
        return new DeliveryFailure(Consequence.UNAVAILABLE, error(failure.toString(), secrets), Duration.ZERO);
    }

    private static String error(String text, Secrets secrets) {
        return PlainLine.of(secrets.mask(text), LONGEST_ERROR);
    }
}
