package io.jobrelay.ledger;

import static java.util.stream.Collectors.toSet;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
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
     * @param edited shards that something is written for, whoever owns them
     * @return the leases that are lost
     */
    Set<Lease> pass(Handle handle, Set<Lease> leases, SortedSet<Shard> edited) {
        Set<Lease> lost = shared ? lost(handle, leases, edited) : Set.of();
        if (!edited.isEmpty()) {
            PreparedBatch edits = handle.prepareBatch("""
                    insert into lease (shard, edits) values (?, 1)
                    on conflict (shard) do update set edits = lease.edits + 1""");
            edited.forEach(shard -> edits.add(shard.toString()));
            edits.execute();
        }
        return lost;
    }

    private static Set<Lease> lost(Handle handle, Set<Lease> leases, SortedSet<Shard> edited) {
        Set<String> shards = new TreeSet<>();
        leases.forEach(lease -> shards.add(lease.shard().toString()));
        edited.forEach(shard -> shards.add(shard.toString()));
        if (shards.isEmpty()) {
            return Set.of();
        }
        Map<String, Long> tokens = new HashMap<>();
        handle.createQuery("select shard, token from lease where shard in (<shards>) order by shard for "
                        + (edited.isEmpty() ? "share" : "update"))
                .bindList("shards", InList.of(shards))
                .map((row, context) -> Map.entry(row.getString(1), row.getLong(2)))
                .forEach(row -> tokens.put(row.getKey(), row.getValue()));
        return leases.stream()
                .filter(lease -> !Long.valueOf(lease.token())
                        .equals(tokens.get(lease.shard().toString())))
                .collect(toSet());
    }
}
