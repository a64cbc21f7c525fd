package io.jobrelay.ledger;

import io.jobrelay.ledger.Deliveries.Status;
import io.jobrelay.ledger.Outbox.CircuitChange;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * The result of an attempt at a delivery, as it is written.
 *
 * @param attempts how many it counts as
 * @param dueAt when the next attempt may be made, null if there is none
 * @param onward the destinations whose outboxes the change is put into
 * @param change null where the circuit stays as it is
 */
record Settlement(
        Delivery delivery,
        Status status,
        int attempts,
        @Nullable String error,
        @Nullable Instant dueAt,
        Set<String> onward,
        @Nullable CircuitChange change) {
    static List<Boolean> write(Handle handle, List<Settlement> all, long now) {
        PreparedBatch onward = handle.prepareBatch("""
                insert into delivery (destination, change, subject, sequence, status, updated_at)
                values (:destination, :change, :subject, :sequence, 'PENDING', :now) on conflict do nothing""");
        PreparedBatch routed = handle.prepareBatch("update change set routed = true, error = null where position = ?");
        PreparedBatch unrouted = handle.prepareBatch("update change set error = ? where position = ? and not routed");
        PreparedBatch settled = handle.prepareBatch("""
                update delivery set status = :status, attempts = attempts + :attempts, error = :error, due_at = :due,
                    updated_at = :now
                where change = :change and destination = :destination and status = 'PENDING'""");
        PreparedBatch circuits = handle.prepareBatch("""
                update destination set disabled = :disabled, paused_until = :pausedUntil, failures = :failures,
                    failing_since = :failingSince, failed_at = :failedAt, probe_at = :probeAt, error = :error
                where name = :name and (select edits from lease where shard = :shard) = :edits""");
        for (Settlement each : all) {
            Delivery delivery = each.delivery;
            each.onward.forEach(destination -> onward.bind("destination", destination)
                    .bind("change", delivery.change())
                    .bind("subject", delivery.subject())
                    .bind("sequence", delivery.sequence())
                    .bind("now", now)
                    .add());
            if (delivery.destination().equals(Outbox.CHANGES)) {
                if (each.status == Status.DELIVERED) {
                    routed.add(delivery.change());
                } else {
                    unrouted.add(each.error, delivery.change());
                }
            } else {
                settled.bind("status", each.status)
                        .bind("attempts", each.attempts)
                        .bind("error", each.error)
                        .bindByType("due", each.dueAt, Instant.class)
                        .bind("now", now)
                        .bind("change", delivery.change())
                        .bind("destination", delivery.destination())
                        .add();
            }
            if (each.change != null) {
                circuits.bindMethods(each.change.circuit())
                        .bind("name", delivery.destination())
                        .bind("shard", delivery.lease().shard())
                        .bind("edits", each.change.edits())
                        .add();
            }
        }
        for (PreparedBatch batch : List.of(onward, routed, unrouted, settled, circuits)) {
            if (batch.size() > 0) {
                batch.execute();
            }
        }
        return all.stream().map(each -> true).toList();
    }
}
