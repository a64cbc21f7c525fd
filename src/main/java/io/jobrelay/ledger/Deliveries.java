package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jobrelay.ledger.History.Place;
import io.jobrelay.trust.PlainLine;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
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
     * @param dueTime when it is tried next, unless its destination pauses; null if it is settled, or has not failed
     * @param updateTime when it was last tried or settled
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
            @Nullable String error) {
        /** What the columns of a delivery and of its change say, as {@link #of} reads them. */
        static final String COLUMNS = "d.*, c.event_id, c.type, c.event_time";

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
                    error == null ? null : PlainLine.of(error));
        }
    }

    /** A dead delivery, as one to go on behind. */
    public record Position(String destination, Place place) {}

    /**
     * What was sent again.
     *
     * @param deliveries how many
     * @param next where to go on, empty if that were all
     */
    public record Redelivered(int deliveries, Optional<Position> next) {}

    /**
     * Makes the selected dead deliveries pending, as if they had never been tried. What is pending of a job is sent in the
     * order of its changes; one that is on its way while this happens stays ahead. Some thousand dead deliveries are looked
     * at, wherever those are that are selected.
     *
     * @param after where to go on, null for the beginning
     */
    public Redelivered redeliver(Selection selection, @Nullable Position after) {
        List<String> destinations = database.read(handle -> selection
                .destinations(handle)
                .filter(name -> after == null || name.compareTo(after.destination()) >= 0)
                .sorted()
                .toList());
        int all = 0;
        int looked = 0;
        for (String destination : destinations) {
            Place place = after != null && destination.equals(after.destination()) ? after.place() : Place.START;
            // Bit by bit: a running Jobrelay writes to the ledger too.
            for (List<Dead> some = dead(selection, destination, place);
                    !some.isEmpty();
                    some = dead(selection, destination, place)) {
                place = some.get(some.size() - 1).place();
                all += revive(destination, some.stream().filter(Dead::selected).toList());
                looked += some.size();
                if (looked >= LOOKED_THROUGH) {
                    return new Redelivered(all, Optional.of(new Position(destination, place)));
                }
            }
        }
        return new Redelivered(all, Optional.empty());
    }

    private List<Dead> dead(Selection selection, String destination, Place after) {
        return database.read(handle -> selection
                .bind(handle.createQuery("""
                        select d.age, d.rowid, c.event_time >= :since and c.event_time < :until as selected
                        from delivery d <crossJoin> change c on c.position = d.change
                        where d.status = 'DEAD' and d.destination = :destination and (d.age, d.rowid) > (:age, :row)
                        order by d.age, d.rowid limit :most"""))
                .bind("destination", destination)
                .bind("age", after.age())
                .bind("row", after.position())
                .bind("most", REDELIVERED_AT_ONCE)
                .map((row, context) -> Dead.of(row))
                .list());
    }

    /** Makes one dead delivery pending; false if there is no dead delivery of that id. */
    public boolean redeliver(String id) {
        int dot = id.indexOf('.');
        String destination = id.substring(0, Math.max(dot, 0));
        List<Dead> found = database.read(handle -> handle.createQuery("""
                        select d.age, d.rowid, true as selected
                        from change c <crossJoin> delivery d on d.change = c.position
                        where c.event_id = :event and d.destination = :destination and d.status = 'DEAD'""")
                .bind("destination", destination)
                .bind("event", id.substring(dot + 1))
                .map((row, context) -> Dead.of(row))
                .list());
        return revive(destination, found) == 1;
    }

    private record Dead(Place place, boolean selected) {
        static Dead of(ResultSet row) throws SQLException {
            return new Dead(new Place(row.getLong("age"), row.getLong("rowid")), row.getBoolean("selected"));
        }
    }

    private int revive(String destination, List<Dead> dead) {
        if (dead.isEmpty()) {
            return 0;
        }
        return database.edit(Set.of(Shard.destination(destination)), handle -> {
            long now = LedgerClock.livedTo(handle);
            PreparedBatch batch = handle.prepareBatch("""
                    update delivery set status = 'PENDING', attempts = 0, error = null, due_at = null, updated_at = :now
                    where rowid = :row and status = 'DEAD'""");
            dead.forEach(each ->
                    batch.bind("now", now).bind("row", each.place.position()).add());
            return IntStream.of(batch.execute()).sum();
        });
    }

    /** The delivery of that id, unless it is purged. */
    public Optional<Entry> find(String id) {
        int dot = id.indexOf('.');
        return database.read(handle -> handle.createQuery("""
                        select %s from change c <crossJoin> delivery d on d.change = c.position
                        where c.event_id = :event and d.destination = :destination""".formatted(Entry.COLUMNS))
                .bind("destination", id.substring(0, Math.max(dot, 0)))
                .bind("event", id.substring(dot + 1))
                .map((row, context) -> Entry.of(row))
                .findOne());
    }
}
