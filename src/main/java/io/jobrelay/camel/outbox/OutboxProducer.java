package io.jobrelay.camel.outbox;

import org.apache.camel.Exchange;
import org.apache.camel.NoSuchHeaderException;
import org.apache.camel.support.DefaultProducer;

/** Puts the message's change into the outbox; doing so again, after a crash, changes nothing. */
final class OutboxProducer extends DefaultProducer {
    private final OutboxEndpoint endpoint;

    OutboxProducer(OutboxEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
    }

    @Override
    public void process(Exchange exchange) throws NoSuchHeaderException {
        if (!endpoint.component().takes(endpoint.destination())) {
            return;
        }
        String eventId = exchange.getMessage().getHeader(OutboxHeaders.EVENT_ID, String.class);
        if (eventId == null) {
            throw new NoSuchHeaderException(exchange, OutboxHeaders.EVENT_ID, String.class);
        }
        endpoint.component().outbox().add(endpoint.destination(), eventId);
        endpoint.component().tellIfUnread(endpoint.destination());
    }
}
