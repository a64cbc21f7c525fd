package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jobrelay.trust.PlainLine;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** How the destinations do that anything was ever for. Works beside a running Jobrelay, which notices by itself. */
public final class Destinations {
    private final LedgerDatabase database;

    public Destinations(LedgerDatabase database) {
        this.database = database;
    }

    /** Whether a destination is sent anything. */
    public enum Circuit {
        /** All that is due. */
        CLOSED,
        /** A probe now and then. */
        OPEN,
        /** A probe, just now. */
        HALF_OPEN,
        /** Nothing, until somebody enables it. */
        DISABLED
    }

    /**
     * A destination.
     *
     * @param oldestPendingTime time of the first change that it was given and has not got, null if it has all
     * @param failingSince since when nothing has got through; null while something does
     * @param nextTryTime when something is sent again at the earliest; null where nothing keeps it
     * @param error why the last delivery did not get through; null once one has
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Entry(
            String name,
            Circuit circuit,
            long pending,
            @Nullable Instant oldestPendingTime,
            long dead,
            @Nullable Instant failingSince,
            @Nullable Instant nextTryTime,
            @Nullable String error) {
        public Entry {
            requireNonNull(name, "name is null");
        }

        private static Entry of(ResultSet row) throws SQLException {
            String error = row.getString("error");
            return new Entry(
                    row.getString("name"),
                    circuit(row),
                    row.getLong("pending"),
                    Times.instant(row, "oldest"),
                    row.getLong("dead"),
                    Times.instant(row, "failing_since"),
                    Times.instant(row, "next_try"),
                    error == null ? null : PlainLine.of(error));
        }

        private static Circuit circuit(ResultSet row) throws SQLException {
            if (row.getString("disabled") != null) {
                return Circuit.DISABLED;
            }
            if (Times.millis(row, "probe_at") == null) {
                return Circuit.CLOSED;
            }
            return row.getBoolean("probing") ? Circuit.HALF_OPEN : Circuit.OPEN;
        }
    }

    /** All of them, by name; {@link Outbox#CHANGES} is the router's. */
    public List<Entry> list() {
        return database.read(handle -> handle.createQuery("""
                        select n.name, x.disabled, x.probe_at, x.failing_since, x.error,
                            case when x.disabled is not null then null
                                when coalesce(x.probe_at, 0) > coalesce(x.paused_until, 0) then x.probe_at
                                else x.paused_until end next_try,
                            exists (select 1 from delivery d where d.claimed and d.destination = n.name) probing,
                            (select count(*) from delivery d where d.destination = n.name and d.status = 'PENDING') pending,
                            (select count(*) from delivery d where d.destination = n.name and d.status = 'DEAD') dead,
                            (select c.created_at from delivery d <crossJoin> change c on c.event_id = d.event_id
                                where d.destination = n.name and d.status = 'PENDING'
                                order by d.rowid limit 1) oldest
                        from (select name from recipient union select name from destination) n
                        left join destination x on x.name = n.name""").map((row, context) -> Entry.of(row)).stream()
                .sorted(Comparator.comparing(Entry::name))
                .toList());
    }

    /** All that deliveries are for, the router among them. */
    static List<String> names(Handle handle) {
        return handle.createQuery("select name from recipient")
                .mapTo(String.class)
                .list();
    }

    /** Lets everything go to the destination that is due, as if it had never failed; false if nothing kept it. */
    public boolean enable(String name) {
        return database.write(handle -> handle.execute("""
                        update destination set disabled = null, paused_until = null, failures = 0, failing_since = null,
                            failed_at = null, probe_at = null, error = null
                        where name = ?
                            and (disabled is not null or probe_at is not null or paused_until is not null)""", name)) == 1;
    }
}
