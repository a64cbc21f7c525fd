package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;

/** The nodes that work on the ledger, to be looked at from any of them. */
public final class NodeIndex {
    private final LedgerDatabase database;

    public NodeIndex(LedgerDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /**
     * A node.
     *
     * @param incarnation another one after each start, and each time that its lease was over
     * @param startTime when this incarnation began, in the ledger's time
     * @param seenTime its last heartbeat, in the ledger's time
     * @param self true for the one that was asked
     * @param accounts how many it polls the watches of
     * @param destinations how many it delivers to
     */
    public record Entry(
            String name,
            String incarnation,
            String version,
            Instant startTime,
            Instant seenTime,
            boolean self,
            long accounts,
            long destinations) {
        public Entry {
            requireNonNull(name, "name is null");
            requireNonNull(incarnation, "incarnation is null");
            requireNonNull(version, "version is null");
            requireNonNull(startTime, "startTime is null");
            requireNonNull(seenTime, "seenTime is null");
        }

        /** The same, of the one that is asked. */
        Entry ofSelf(Instant seen) {
            return new Entry(name, incarnation, version, startTime, seen, true, accounts, destinations);
        }
    }

    /** All of them, in order of their names; one that has died stands there until somebody has struck it out. */
    public List<Entry> list() {
        // A ledger in a file has one node, and names no owners.
        return database.read(handle -> handle.createQuery(
                        """
                        select n.*,
                            (select count(*) from lease l where l.shard like 'account/%%' and %1$s) accounts,
                            (select count(*) from lease l where l.shard like 'destination/%%' and %1$s) destinations
                        from node n order by name, started_at, incarnation""".formatted(database.shared() ? "l.owner = n.incarnation" : "true"))
                .map((row, context) -> new Entry(
                        row.getString("name"),
                        row.getString("incarnation"),
                        row.getString("version"),
                        Instant.ofEpochMilli(row.getLong("started_at")),
                        Instant.ofEpochMilli(row.getLong("seen_at")),
                        false,
                        row.getLong("accounts"),
                        row.getLong("destinations")))
                .list());
    }
}
