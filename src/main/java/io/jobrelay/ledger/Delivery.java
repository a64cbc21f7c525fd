package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

/**
 * One change for one destination, taken from the outbox to be sent.
 *
 * @param event the bytes to send, the same on every attempt
 * @param attempts attempts that have failed before this one
 * @param claim fencing token, as of a {@link DueWatch}
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes are what is delivered, nobody compares deliveries
public record Delivery(
        String destination,
        String eventId,
        String type,
        String subject,
        long sequence,
        byte[] event,
        int attempts,
        long claim) {
    public Delivery {
        requireNonNull(destination, "destination is null");
        requireNonNull(eventId, "eventId is null");
        requireNonNull(event, "event is null");
    }
}
