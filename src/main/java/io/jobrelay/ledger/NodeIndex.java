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
     * @param watches how many it has taken to be polled
     * @param deliveries how many it is making
     */
    public record Entry(
            String name,
            String incarnation,
            String version,
            Instant startTime,
            Instant seenTime,
            boolean self,
            int watches,
            int deliveries) {
        public Entry {
            requireNonNull(name, "name is null");
            requireNonNull(incarnation, "incarnation is null");
            requireNonNull(version, "version is null");
            requireNonNull(startTime, "startTime is null");
            requireNonNull(seenTime, "seenTime is null");
        }
    }

    /** All of them, in order of their names; one that has died stands there until somebody has taken over from it. */
    public List<Entry> list() {
        return database.read(handle -> handle.createQuery("select * from node order by name, started_at, incarnation")
                .map((row, context) -> new Entry(
                        row.getString("name"),
                        row.getString("incarnation"),
                        row.getString("version"),
                        Instant.ofEpochMilli(row.getLong("started_at")),
                        Instant.ofEpochMilli(row.getLong("seen_at")),
                        false,
                        row.getInt("watches"),
                        row.getInt("deliveries")))
                .list());
    }
}
