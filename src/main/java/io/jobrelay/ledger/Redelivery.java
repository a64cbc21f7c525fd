package io.jobrelay.ledger;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jobrelay.ledger.History.Place;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jdbi.v3.core.mapper.Nested;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** Sends dead deliveries again. Works beside a running Jobrelay, which notices by itself. */
public final class Redelivery {
    private static final int REDELIVERED_AT_ONCE = 1_000;

    static final int LOOKED_THROUGH = 10_000;

    private final LedgerDatabase database;

    public Redelivery(LedgerDatabase database) {
        this.database = database;
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
        Stream<String> destinations = selection.destination() == null
                ? Destinations.names(database).stream()
                : Stream.of(selection.destination());
        int all = 0;
        int looked = 0;
        for (String destination : destinations.sorted().toList()) {
            int order = after == null ? 1 : destination.compareTo(after.destination());
            if (order < 0) {
                continue;
            }
            Place place = after != null && order == 0 ? after.place() : Place.START;
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

    private record Dead(@Nested Place place, boolean selected) {}

    private List<Dead> dead(Selection selection, String destination, Place after) {
        return database.read(handle -> handle.createQuery("""
                        select d.age, d.rowid as position, %s as selected
                        from delivery d <crossJoin> change c on c.position = d.change
                        where d.status = 'DEAD' and d.destination = :destination and (d.age, d.rowid) > (:age, :row)
                        order by d.age, d.rowid limit :most""".formatted(Deliveries.IN_TIME))
                .bindMethods(selection)
                .bind("destination", destination)
                .bind("age", after.age())
                .bind("row", after.position())
                .bind("most", REDELIVERED_AT_ONCE)
                .mapTo(Dead.class)
                .list());
    }

    /** Makes one dead delivery pending; false if there is no dead delivery of that id. */
    public boolean redeliver(String id) {
        int dot = id.indexOf('.');
        String destination = id.substring(0, Math.max(dot, 0));
        List<Dead> found = database.read(handle -> handle.createQuery("""
                        select d.age, d.rowid as position, true as selected
                        from change c <crossJoin> delivery d on d.change = c.position
                        where c.event_id = :event and d.destination = :destination and d.status = 'DEAD'""")
                .bind("destination", destination)
                .bind("event", id.substring(dot + 1))
                .mapTo(Dead.class)
                .list());
        return revive(destination, found) == 1;
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
}
