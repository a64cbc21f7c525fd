package io.jobrelay.delivery;

import static java.util.Objects.requireNonNull;

import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import io.jobrelay.logging.PlainLine;
import io.jobrelay.secrets.Secrets;
import jakarta.jms.JMSException;
import java.io.IOException;
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

    /** What Artemis says at the bound of a queue. */
    private static final String QUEUE_FULL = "AMQ229102";

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
        return new DeliveryFailure(Consequence.UNAVAILABLE, error(said(failure), secrets), Duration.ZERO);
    }

    /** What the network or the broker says; of anything else, which may be a mistake in a route, its kind as well. */
    private static String said(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if ((cause instanceof IOException || cause instanceof JMSException) && cause.getMessage() != null) {
                return cause.getMessage().contains(QUEUE_FULL)
                        ? "the queue is full, read its messages: " + cause.getMessage()
                        : cause.getMessage();
            }
        }
        return failure.toString();
    }

    private static String error(String text, Secrets secrets) {
        return PlainLine.of(secrets.mask(text), LONGEST_ERROR);
    }
}
