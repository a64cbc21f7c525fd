package io.jobrelay.camel.destination;

import static java.util.Objects.requireNonNull;

import io.jobrelay.camel.outbox.OutboxHeaders;
import io.jobrelay.delivery.WebhookSignature;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/** Signs the event with the keys of its destination, at the time of the attempt: receivers refuse an old signature. */
final class SignWebhook implements Processor {
    private final Map<String, WebhookSignature> signatures = new ConcurrentHashMap<>();
    private final Clock clock;

    SignWebhook(Clock clock) {
        this.clock = clock;
    }

    /** Signs the events of that destination so until the result is closed. */
    AutoCloseable with(String destination, WebhookSignature signature) {
        signatures.put(destination, signature);
        return () -> signatures.remove(destination);
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
        signature
                .headers(
                        requireNonNull(message.getHeader(OutboxHeaders.EVENT_ID, String.class)),
                        clock.instant(),
                        requireNonNull(message.getBody(byte[].class)))
                .forEach(message::setHeader);
    }
}
