package io.jobrelay.camel.destination;

import io.jobrelay.delivery.DeliveryFailedException;
import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import io.jobrelay.delivery.RetryAfter;
import java.time.Clock;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Reads what a webhook answered: 2xx is a receipt, anything else a failure. 410 means that it is gone for good, 429 and the
 * statuses of an overloaded server that it should be left alone for a while, and the other 4xx, but for a time-out, that
 * it is well and will not have this event.
 */
public record ReadReceipt(Clock clock) implements Processor {
    @Override
    public void process(Exchange exchange) {
        int status = exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 0, int.class);
        if (status / 100 == 2) {
            return;
        }
        Consequence consequence = switch (status) {
            case 410 -> Consequence.DISABLE;
            case 429, 502, 503, 504 -> Consequence.SLOW_DOWN;
            case 408 -> Consequence.UNAVAILABLE;
            default -> status / 100 == 4 ? Consequence.REFUSED : Consequence.UNAVAILABLE;
        };
        throw new DeliveryFailedException(
                "HTTP status " + status,
                consequence,
                RetryAfter.of(exchange.getMessage().getHeader("Retry-After", String.class), clock.instant()));
    }
}
