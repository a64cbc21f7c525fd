package io.jobrelay.ledger;

import static java.util.Comparator.comparing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which leases a node takes, asks for and hands over, so that they spread evenly, as the Kinesis Client Library spreads its own:
 * a node with fewer than its share asks for one, and the owner hands it over once nothing of it is under way.
 */
final class LeasePlan {
    private final String self;
    private final Set<String> nodes;
    /** In the order of the shards, as all transactions lock them. */
    private final SortedMap<Shard, Transfer> transfers = new TreeMap<>();

    private final Set<Shard> free = new HashSet<>();

    /** A row of the table. */
    record Row(
            Shard shard,
            @Nullable String owner,
            long token,
            @Nullable String wantedBy,
            long edits) {}

    /**
     * A lease that is to change hands, or to be asked for.
     *
     * @param owner afterwards, null for none
     */
    record Transfer(
            Row row, @Nullable String owner, @Nullable String wantedBy) {
        long newToken() {
            return row.token + (wantedBy == null ? 1 : 0);
        }
    }

    /**
     * @param self the incarnation that plans
     * @param nodes all that live, this one included
     */
    LeasePlan(String self, Set<String> nodes) {
        this.self = self;
        this.nodes = nodes;
    }

    SortedMap<Shard, Transfer> transfers() {
        return transfers;
    }

    /** The leases that no node had. */
    Set<Shard> free() {
        return free;
    }

    /** True if another node asks for it. */
    boolean isAsked(Row row) {
        return row.wantedBy != null && !row.wantedBy.equals(self) && nodes.contains(row.wantedBy);
    }

    /** Hands one over that this node has: to the node that asks for it, or else to none. */
    void handOver(Row row) {
        transfers.put(row.shard, new Transfer(row, isAsked(row) ? row.wantedBy : null, null));
    }

    /**
     * Takes this node's share of the leases of one kind that no node has, or asks for one of another node's.
     *
     * @param freeBefore those that no node had before either: too many for the others, or not wanted by them
     */
    void share(List<Row> rows, Set<Shard> freeBefore) {
        Map<String, List<Row>> byOwner = new HashMap<>();
        nodes.forEach(node -> byOwner.put(node, new ArrayList<>()));
        List<Row> unowned = new ArrayList<>();
        rows.forEach(row -> byOwner.getOrDefault(row.owner == null ? "" : row.owner, unowned)
                .add(row));
        int mine = byOwner.getOrDefault(self, List.of()).size();
        int most = (rows.size() + nodes.size() - 1) / nodes.size();
        for (Row row : unowned) {
            if (mine < most || freeBefore.contains(row.shard)) {
                transfers.put(row.shard, new Transfer(row, self, null));
                mine++;
            }
            free.add(row.shard);
        }
        if (unowned.isEmpty()) {
            ask(mine, most, byOwner);
        }
    }

    /** Asks the node with most, and two more than this at least; for a quarter of the share, since others ask at the same time. */
    private void ask(int mine, int most, Map<String, List<Row>> byOwner) {
        boolean asked = byOwner.values().stream()
                .flatMap(List::stream)
                .anyMatch(row -> self.equals(row.wantedBy) && !self.equals(row.owner));
        for (int more = 0; !asked && more <= (most - mine) / 4; more++) {
            List<Row> richest =
                    byOwner.values().stream().max(comparing(List::size)).orElseThrow();
            if (richest.size() < mine + more + 2) {
                return;
            }
            richest.stream().filter(row -> !isAsked(row)).findFirst().ifPresent(row -> {
                transfers.put(row.shard, new Transfer(row, row.owner, self));
                richest.remove(row);
            });
        }
    }
}
