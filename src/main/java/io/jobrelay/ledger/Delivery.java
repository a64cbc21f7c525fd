package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * One change for one destination, read from the outbox to be sent.
 *
 * @param lease that it is sent and settled under: the destination's; for {@link Outbox#CHANGES}, the one of the change's account
 * @param change the position of the change
 * @param madeAt when the change was committed, in the ledger's time
 * @param event the bytes to send, the same on every attempt; empty before it is due
 * @param attempts attempts that have failed before this one
 * @param dueAt when it may be sent, in the ledger's time
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes are what is delivered, and are not compared
public record Delivery(
        Lease lease,
        String destination,
        long change,
        String eventId,
        String type,
        String subject,
        long sequence,
        Instant madeAt,
        byte[] event,
        int attempts,
        Instant dueAt) {
    public Delivery {
        requireNonNull(lease, "lease is null");
        requireNonNull(destination, "destination is null");
        requireNonNull(eventId, "eventId is null");
        requireNonNull(madeAt, "madeAt is null");
        requireNonNull(event, "event is null");
        requireNonNull(dueAt, "dueAt is null");
    }

    /** Its name among all deliveries; neither part of it has a dot. */
    public String id() {
        return destination + "." + eventId;
    }
}
