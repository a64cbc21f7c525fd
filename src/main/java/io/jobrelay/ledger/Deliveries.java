package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jobrelay.trust.PlainLine;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries as whoever looks after them sees them: found, and sent again when they are dead. Works beside a
 * running Jobrelay, which notices by itself.
 */
public final class Deliveries {
    private static final int REDELIVERED_AT_ONCE = 1_000;

    static final int LOOKED_THROUGH = 10_000;

    private final LedgerDatabase database;

    public Deliveries(LedgerDatabase database) {
        this.database = database;
    }

    /** How far a delivery has come. */
    public enum Status {
        PENDING,
        DELIVERED,
        DEAD
    }

    /**
     * Which deliveries.
     *
     * @param destination null for all
     * @param since the earliest time of the event, null for any
     * @param until what the time of the event must be before, null for any
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Selection(
            @Nullable String destination,
            @Nullable Instant since,
            @Nullable Instant until) {
        /** All of them. */
        public static final Selection ALL = new Selection(null, null, null);

        private Stream<String> destinations(Handle handle) {
            return destination == null ? Destinations.names(handle).stream() : Stream.of(destination);
        }

        private <S extends SqlStatement<S>> S bind(S statement) {
            return statement
                    .bind("since", since == null ? Long.MIN_VALUE : since.toEpochMilli())
                    .bind("until", until == null ? Long.MAX_VALUE : until.toEpochMilli());
        }
    }

    /**
     * A delivery without its bytes.
     *
     * @param id {@code <destination>.<event id>}
     * @param attempts attempts that have failed and count
     * @param time of the event
     * @param dueTime when it is tried next, unless its destination pauses; null if it is settled, or waits for an earlier
     *     change of the same job
     * @param updateTime when it was last tried or settled
     * @param node the name of the node that makes it, null while none does
     * @param error why the last attempt failed, in one line
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Entry(
            String id,
            String destination,
            String eventId,
            String type,
            String subject,
            long sequence,
            Status status,
            int attempts,
            Instant time,
            @Nullable Instant dueTime,
            Instant updateTime,
            @Nullable String node,
            @Nullable String error) {
        /** What the columns of a delivery and of its change say, as {@link #of} reads them. */
        static final String COLUMNS = "d.rowid, d.*, c.type, c.event_time,"
                + " case when d.claimed then (select n.name from node n where n.incarnation = d.claimed_by) end as node";

        public Entry {
            requireNonNull(id, "id is null");
        }

        static Entry of(ResultSet row) throws SQLException {
            String destination = row.getString("destination");
            String eventId = row.getString("event_id");
            String error = row.getString("error");
            return new Entry(
                    destination + "." + eventId,
                    destination,
                    eventId,
                    row.getString("type"),
                    row.getString("subject"),
                    row.getLong("sequence"),
                    Status.valueOf(row.getString("status")),
                    row.getInt("attempts"),
                    Instant.ofEpochMilli(row.getLong("event_time")),
                    Times.instant(row, "due_at"),
                    Instant.ofEpochMilli(row.getLong("updated_at")),
                    row.getString("node"),
                    error == null ? null : PlainLine.of(error));
        }
    }

    /** A dead delivery, as one to go on behind. */
    public record Place(String destination, long row) {}

    /**
     * What was sent again.
     *
     * @param deliveries how many
     * @param next where to go on, empty if that were all
     */
    public record Redelivered(int deliveries, Optional<Place> next) {}

    /**
     * Makes the selected dead deliveries pending, as if they had never been tried. What is pending of a job is sent in the
     * order of its changes; one that is on its way while this happens stays ahead. Some thousand dead deliveries are looked
     * at, wherever those are that are selected.
     *
     * @param after where to go on, null for the beginning
     */
    public Redelivered redeliver(Selection selection, @Nullable Place after) {
        List<String> destinations = database.read(handle -> selection
                .destinations(handle)
                .filter(name -> after == null || name.compareTo(after.destination()) >= 0)
                .sorted()
                .toList());
        int all = 0;
        int looked = 0;
        for (String destination : destinations) {
            long row = after != null && destination.equals(after.destination()) ? after.row() : 0;
            // Bit by bit: a running Jobrelay writes to the ledger too.
            for (List<Dead> some = redeliver(selection, destination, row);
                    !some.isEmpty();
                    some = redeliver(selection, destination, row)) {
                row = some.get(some.size() - 1).row();
                all += (int) some.stream().filter(Dead::selected).count();
                looked += some.size();
                if (looked >= LOOKED_THROUGH) {
                    return new Redelivered(all, Optional.of(new Place(destination, row)));
                }
            }
        }
        return new Redelivered(all, Optional.empty());
    }

    private List<Dead> redeliver(Selection selection, String destination, long after) {
        return database.write(handle -> {
            List<Dead> dead = selection
                    .bind(handle.createQuery("""
                            select d.rowid, d.destination, d.subject, c.event_time >= :since and c.event_time < :until as selected
                            from delivery d <crossJoin> change c on c.event_id = d.event_id
                            where d.status = 'DEAD' and d.destination = :destination and d.rowid > :after
                            order by d.rowid limit :most"""))
                    .bind("destination", destination)
                    .bind("after", after)
                    .bind("most", REDELIVERED_AT_ONCE)
                    .map((row, context) -> Dead.of(row))
                    .list();
            revive(handle, dead.stream().filter(Dead::selected).toList());
            return dead;
        });
    }

    /** Makes one dead delivery pending; false if there is no dead delivery of that id. */
    public boolean redeliver(String id) {
        int dot = id.indexOf('.');
        return dot > 0
                && database.write(handle -> {
                    List<Dead> found = handle.createQuery("""
                            select d.rowid, d.destination, d.subject, true as selected from delivery d
                            where d.status = 'DEAD' and d.destination = :destination and d.event_id = :event""")
                            .bind("destination", id.substring(0, dot))
                            .bind("event", id.substring(dot + 1))
                            .map((row, context) -> Dead.of(row))
                            .list();
                    revive(handle, found);
                    return !found.isEmpty();
                });
    }

    private record Dead(long row, Lane lane, boolean selected) {
        static Dead of(ResultSet row) throws SQLException {
            return new Dead(
                    row.getLong("rowid"),
                    new Lane(row.getString("destination"), row.getString("subject")),
                    row.getBoolean("selected"));
        }
    }

    /** By the ledger's own time: the clock of this process may be ahead of it, and then nothing would be due. */
    private void revive(Handle handle, List<Dead> dead) {
        List<Lane> lanes = dead.stream().map(Dead::lane).distinct().toList();
        database.lanes().enter(handle, lanes);
        long now = LedgerClock.livedTo(handle);
        List<Lane> free = lanes.stream().filter(lane -> setAside(handle, lane)).toList();
        for (Dead delivery : dead) {
            handle.createUpdate("""
                            update delivery set status = 'PENDING', attempts = 0, error = null, due_at = null,
                                claimed = false, claimed_by = null, claim = claim + 1, updated_at = :now
                            where rowid = :row and status = 'DEAD'""")
                    .bind("now", now)
                    .bind("row", delivery.row())
                    .execute();
        }
        free.forEach(lane -> Outbox.freeNext(handle, lane, now));
    }

    /**
     * Lets later changes of the job wait; false where one is on its way: what comes before it is sent once that is settled. None
     * but the first has a time at which it is due.
     */
    private static boolean setAside(Handle handle, Lane lane) {
        boolean onItsWay = handle.createQuery("""
                        select exists (select 1 from delivery where destination = :destination and subject = :subject
                            and claimed)""")
                .bind("destination", lane.destination())
                .bind("subject", lane.subject())
                .mapTo(Boolean.class)
                .one();
        if (!onItsWay) {
            handle.createUpdate("""
                            update delivery set due_at = null where rowid = (
                                select rowid from delivery
                                where destination = :destination and subject = :subject and status = 'PENDING'
                                order by sequence limit 1)""")
                    .bind("destination", lane.destination())
                    .bind("subject", lane.subject())
                    .execute();
        }
        return !onItsWay;
    }

    /** The delivery of that id, unless it is forgotten. */
    public Optional<Entry> find(String id) {
        int dot = id.indexOf('.');
        return database.read(handle -> handle.createQuery("""
                        select %s from delivery d join change c on c.event_id = d.event_id
                        where d.destination = :destination and d.event_id = :event""".formatted(Entry.COLUMNS))
                .bind("destination", id.substring(0, Math.max(dot, 0)))
                .bind("event", id.substring(dot + 1))
                .map((row, context) -> Entry.of(row))
                .findOne());
    }
}
