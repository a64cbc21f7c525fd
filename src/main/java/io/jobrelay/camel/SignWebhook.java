package io.jobrelay.camel;

import static java.util.Objects.requireNonNull;

import io.jobrelay.camel.outbox.OutboxHeaders;
import io.jobrelay.delivery.WebhookSignature;
import java.time.Clock;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/** Signs the event with the keys of its destination, as of now: receivers refuse an old signature. */
final class SignWebhook implements Processor {
    private final Map<String, WebhookSignature> signatures;
    private final Clock clock;

    /**
     * @param signatures by destination, as they are at the time
     */
    SignWebhook(Map<String, WebhookSignature> signatures, Clock clock) {
        this.signatures = signatures;
        this.clock = clock;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        String destination = message.getHeader(OutboxHeaders.DESTINATION, String.class);
        WebhookSignature signature = signatures.get(destination);
        if (signature == null) {
            throw new IllegalStateException(
                    "jobrelay.destination.%s.secret: required by a webhook, is not set".formatted(destination));
        }
        String eventId = requireNonNull(message.getHeader(OutboxHeaders.EVENT_ID, String.class));
        byte[] body = requireNonNull(message.getBody(byte[].class));
        signature.headers(eventId, clock.instant(), body).forEach(message::setHeader);
    }
}
