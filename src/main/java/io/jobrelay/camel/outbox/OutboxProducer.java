package io.jobrelay.camel.outbox;

import org.apache.camel.Exchange;
import org.apache.camel.NoSuchHeaderException;
import org.apache.camel.support.DefaultProducer;

/**
 * Puts the message's change into the outbox; doing so again, after a crash, changes nothing. A change that comes from another
 * outbox, as the router's do, is {@link Onward put in} once its route has ended well.
 */
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
        String eventId = header(exchange, OutboxHeaders.EVENT_ID);
        Onward onward = exchange.getProperty(Onward.PROPERTY, Onward.class);
        if (onward == null || !onward.add(endpoint.destination(), eventId)) {
            endpoint.component().outbox().add(endpoint.destination(), eventId);
        }
        endpoint.component().tellIfUnread(endpoint.destination());
    }

    private static String header(Exchange exchange, String name) throws NoSuchHeaderException {
        String value = exchange.getMessage().getHeader(name, String.class);
        if (value == null) {
            throw new NoSuchHeaderException(exchange, name, String.class);
        }
        return value;
    }
}
