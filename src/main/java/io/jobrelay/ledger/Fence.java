package io.jobrelay.ledger;

import java.util.HashSet;
import java.util.Set;
import java.util.SortedSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * What each transaction passes first. It locks the rows of all leases that it writes under or edits, in one order for all
 * nodes: so an owner's transactions, edits and takeovers of a shard come one after another, and none waits for another in a
 * circle.
 */
final class Fence {
    private final boolean shared;

    /**
     * @param shared false where one process has the whole ledger, and so all leases
     */
    Fence(boolean shared) {
        this.shared = shared;
    }

    /**
     * Passes.
     *
     * @param leases those that something is written under
     * @param edited shards that something is written for, whichever node owns them
     * @return the leases that are lost
     */
    Set<Lease> pass(Handle handle, Set<Lease> leases, SortedSet<Shard> edited) {
        Set<Lease> lost = shared ? lost(handle, leases, edited) : Set.of();
        if (!edited.isEmpty()) {
            PreparedBatch edits = handle.prepareBatch("""
                    insert into lease (shard, edits) values (?, 1)
                    on conflict (shard) do update set edits = lease.edits + 1""");
            edited.forEach(edits::add);
            edits.execute();
        }
        return lost;
    }

    private static Set<Lease> lost(Handle handle, Set<Lease> leases, Set<Shard> edited) {
        Set<Shard> shards = new HashSet<>(edited);
        leases.forEach(lease -> shards.add(lease.shard()));
        if (shards.isEmpty()) {
            return Set.of();
        }
        Set<Lease> lost = new HashSet<>(leases);
        lost.removeAll(handle.createQuery("select shard, token from lease where shard in (<shards>) order by shard for "
                        + (edited.isEmpty() ? "share" : "update"))
                .bindList("shards", InList.of(shards))
                .mapTo(Lease.class)
                .set());
        return lost;
    }
}
