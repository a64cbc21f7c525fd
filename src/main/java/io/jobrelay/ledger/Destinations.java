package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jobrelay.delivery.Circuit;
import io.jobrelay.delivery.Circuit.State;
import io.jobrelay.trust.PlainLine;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** How the destinations do that anything was ever for. Works beside a running Jobrelay, which notices by itself. */
public final class Destinations {
    private final LedgerDatabase database;
    private final Clock clock;

    /**
     * @param clock the ledger's
     */
    public Destinations(LedgerDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * A destination.
     *
     * @param oldestPendingTime time of the first change that it was given and has not got, null if it has all
     * @param failingSince since when nothing has got through; null while something does
     * @param nextTryTime when something is sent again at the earliest; null where nothing keeps it
     * @param error why the last delivery did not get through; null once one has
     * @param node the name of the node that works on it; null for none, and where one process has the whole ledger
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Entry(
            String name,
            State circuit,
            long pending,
            @Nullable Instant oldestPendingTime,
            long dead,
            @Nullable Instant failingSince,
            @Nullable Instant nextTryTime,
            @Nullable String error,
            @Nullable String node) {
        public Entry {
            requireNonNull(name, "name is null");
        }

        private static Entry of(ResultSet row, Instant now) throws SQLException {
            Circuit circuit = Outbox.circuit(row);
            State state = circuit.state(now);
            long pending = row.getLong("pending");
            String error = circuit.error();
            return new Entry(
                    row.getString("name"),
                    state == State.HALF_OPEN && pending == 0 ? State.OPEN : state,
                    pending,
                    Times.instant(row, "oldest"),
                    row.getLong("dead"),
                    circuit.failingSince(),
                    circuit.nextTry(now).orElse(null),
                    error == null ? null : PlainLine.of(error),
                    row.getString("node"));
        }
    }

    /** The router, as {@link Outbox#CHANGES}, and all destinations, by name. */
    public List<Entry> list() {
        Instant now = clock.instant();
        return database.read(handle -> Stream.concat(
                        handle.createQuery("""
                                select x.*, n.name as node,
                                    (select count(*) from delivery d
                                        where d.destination = x.name and d.status = 'PENDING') as pending,
                                    (select count(*) from delivery d
                                        where d.destination = x.name and d.status = 'DEAD') as dead,
                                    (select c.created_at from delivery d <crossJoin> change c on c.position = d.change
                                        where d.destination = x.name and d.status = 'PENDING'
                                        order by d.age, d.rowid limit 1) as oldest
                                from destination x left join lease l on l.shard = 'destination/' || x.name
                                    left join node n on n.incarnation = l.owner""").map((row, context) -> Entry.of(row, now)).stream(),
                        handle.createQuery("""
                                select (select count(*) from change where not routed) as pending,
                                    (select created_at from change where not routed order by age, position limit 1) as oldest""").map((row, context) -> router(row)).stream())
                .sorted(Comparator.comparing(Entry::name))
                .toList());
    }

    private static Entry router(ResultSet row) throws SQLException {
        return new Entry(
                Outbox.CHANGES,
                State.CLOSED,
                row.getLong("pending"),
                Times.instant(row, "oldest"),
                0,
                null,
                null,
                null,
                null);
    }

    /** All that anything was ever for. */
    static List<String> names(Handle handle) {
        return handle.createQuery("select name from destination")
                .mapTo(String.class)
                .list();
    }

    /** Lets everything go to the destination that is due, as if it had never failed; false if nothing kept it. */
    public boolean enable(String name) {
        return database.edit(Set.of(Shard.destination(name)), handle -> handle.execute("""
                        update destination set disabled = null, paused_until = null, failures = 0, failing_since = null,
                            failed_at = null, probe_at = null, error = null
                        where name = ?
                            and (disabled is not null or probe_at is not null or paused_until is not null)""", name)) == 1;
    }
}
