package io.jobrelay.camel.watches;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.support.DefaultProducer;

/** Takes the ends of polls: {@code watches:done} results, {@code watches:failed} the exceptions that ended them. */
final class WatchesProducer extends DefaultProducer {
    private final Settlement settlement;
    private final boolean done;

    WatchesProducer(WatchesEndpoint endpoint, Settlement settlement, boolean done) {
        super(endpoint);
        this.settlement = settlement;
        this.done = done;
    }

    @Override
    public void process(Exchange exchange) throws InvalidPayloadException {
        Poll poll = Poll.of(exchange);
        if (!done) {
            settlement.failed(poll, exchange, exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class));
        } else if (poll.isBatched()) {
            settlement.found(poll, exchange.getMessage().getMandatoryBody(JsonNode.class));
        } else {
            settlement.done(poll, Poll.records(exchange), KeepReply.of(exchange));
        }
    }
}
