package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * One change for one destination, taken from the outbox to be sent.
 *
 * @param madeAt when the change was committed, in the ledger's time
 * @param event the bytes to send, the same on every attempt
 * @param attempts attempts that have failed before this one
 * @param claim fencing token, as of a {@link DueWatch}
 * @param claimedBy the incarnation of the node that took it: it is sent only while that has its lease
 * @param probe true if it is sent alone, to see whether a destination that failed takes deliveries again
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes are what is delivered, nobody compares deliveries
public record Delivery(
        String destination,
        String eventId,
        String type,
        String subject,
        long sequence,
        Instant madeAt,
        byte[] event,
        int attempts,
        long claim,
        String claimedBy,
        boolean probe) {
    public Delivery {
        requireNonNull(destination, "destination is null");
        requireNonNull(eventId, "eventId is null");
        requireNonNull(madeAt, "madeAt is null");
        requireNonNull(event, "event is null");
        requireNonNull(claimedBy, "claimedBy is null");
    }

    /** Its name among all deliveries; neither part of it has a dot. */
    public String id() {
        return destination + "." + eventId;
    }
}
