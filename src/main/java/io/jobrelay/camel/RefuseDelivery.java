package io.jobrelay.camel;

import static java.util.Objects.requireNonNull;

import io.jobrelay.delivery.DeliveryFailedException;
import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Ends a delivery whose destination is well and will not have this event; what was caught says why. */
final class RefuseDelivery implements Processor {
    @Override
    public void process(Exchange exchange) {
        Throwable caught = requireNonNull(
                exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class),
                "refuse-delivery stands in a doCatch");
        throw new DeliveryFailedException(String.valueOf(caught.getMessage()), Consequence.REFUSED, null);
    }
}
