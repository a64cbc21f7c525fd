package io.jobrelay.camel.destination;

import static java.util.Objects.requireNonNull;

import io.jobrelay.camel.outbox.OutboxHeaders;
import io.jobrelay.delivery.DeliveryFailedException;
import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import io.jobrelay.delivery.EventFile;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/** Appends the event to the file of its destination. A disk that cannot be written is no fault of the event: it waits. */
final class AppendEvent implements Processor {
    private final Map<String, EventFile> files = new ConcurrentHashMap<>();

    /** Appends the events of that destination to the file until the result is closed, and the file with it. */
    AutoCloseable to(String destination, EventFile file) {
        files.put(destination, file);
        return () -> {
            files.remove(destination);
            file.close();
        };
    }

    /** Names the files that cannot be written, with the property and what to do; empty if there is none. */
    Optional<String> trouble() {
        return new TreeMap<>(files)
                .entrySet().stream()
                        .flatMap(file -> file.getValue().trouble().stream()
                                .map(trouble ->
                                        "jobrelay.destination.%s.path: %s; free the disk, make it writable, or name another path"
                                                .formatted(file.getKey(), trouble)))
                        .reduce((some, next) -> some + "; " + next);
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        String destination = message.getHeader(OutboxHeaders.DESTINATION, String.class);
        EventFile file = files.get(destination);
        if (file == null) {
            throw new IllegalStateException(
                    "jobrelay.destination.%s.path: required by a file destination, is not set".formatted(destination));
        }
        try {
            file.append(
                    requireNonNull(message.getHeader(OutboxHeaders.EVENT_ID, String.class)),
                    requireNonNull(message.getBody(byte[].class)));
        } catch (IOException failure) {
            throw new DeliveryFailedException(
                    failure.getMessage() + "; nothing is lost, it goes on by itself once it can be written",
                    Consequence.WAIT,
                    null);
        }
    }
}
