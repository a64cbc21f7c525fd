package io.jobrelay.camel.watches;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Stops a poll whose replies, now complete, say what the last ones said: there is nothing to map or to write. */
public final class StopUnchanged implements Processor {
    @Override
    public void process(Exchange exchange) {
        if (Poll.of(exchange).repeats()) {
            exchange.setRouteStop(true);
        }
    }
}
