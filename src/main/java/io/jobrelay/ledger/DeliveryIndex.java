package io.jobrelay.ledger;

import static java.util.Comparator.naturalOrder;
import static java.util.Comparator.reverseOrder;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;

import io.jobrelay.job.Json;
import io.jobrelay.ledger.Deliveries.Entry;
import io.jobrelay.ledger.Deliveries.Status;
import io.jobrelay.ledger.History.Place;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries to be looked through a page at a time, those first that were put in last. Those that
 * are not delivered, and those of a job, are found directly. Of the others a page looks through so many at most, wherever
 * those are that it finds: it may hold fewer than were asked for, even none, and the next page goes on behind them.
 */
public final class DeliveryIndex {
    /** In front of the first page. */
    public static final Place NEWEST = new Place(Long.MAX_VALUE, Long.MAX_VALUE);

    /** A tenth of a second or two, when none of them is what is looked for. */
    private static final int LOOKED_THROUGH = 100_000;

    private final LedgerDatabase database;
    private final int lookedThrough;

    public DeliveryIndex(LedgerDatabase database) {
        this(database, LOOKED_THROUGH);
    }

    /**
     * @param lookedThrough how many deliveries a page looks through at most
     */
    DeliveryIndex(LedgerDatabase database, int lookedThrough) {
        this.database = requireNonNull(database, "database is null");
        this.lookedThrough = lookedThrough;
    }

    /**
     * Which deliveries.
     *
     * @param statuses any of these, all if there are none
     * @param destinations any of these, all if there are none
     * @param subject the job, or the watch, that changed; null for any
     * @param since the earliest time of the event, null for any
     * @param until what the time of the event must be before, null for any
     */
    public record Filter(
            Set<Status> statuses,
            Set<String> destinations,
            @Nullable String subject,
            @Nullable Instant since,
            @Nullable Instant until) {
        public Filter {
            statuses = Set.copyOf(statuses);
            destinations = Set.copyOf(destinations);
        }
    }

    /**
     * Some deliveries.
     *
     * @param next the place that the next page begins behind, empty where there is none
     */
    public record Page(List<Entry> items, Optional<Place> next) {
        public Page {
            items = List.copyOf(items);
            requireNonNull(next, "next is null");
        }
    }

    /** At most so many deliveries, from behind that place on. */
    public Page page(Filter filter, Place before, int limit) {
        return database.read(handle -> {
            List<Row> rows = rows(handle, filter);
            Place end = rows.stream()
                    .map(row -> end(handle, filter, row, before))
                    .max(naturalOrder())
                    .orElse(Place.START);
            NavigableMap<Place, Entry> found = new TreeMap<>(reverseOrder());
            for (Row row : rows) {
                // One that changes its status meanwhile is in two rows, and once on the page.
                found.putAll(found(handle, filter, row, before, end, limit + 1));
            }
            List<Place> places = found.keySet().stream().limit(limit).toList();
            Place next = found.size() > limit ? places.get(limit - 1) : end;
            return new Page(
                    places.stream().map(found::get).toList(),
                    next.equals(Place.START) ? Optional.empty() : Optional.of(next));
        });
    }

    /**
     * Deliveries that stand in a row in some index, the last first.
     *
     * @param tables those joined, in the order in which they are to be read
     * @param where what puts a delivery into this row
     * @param destination what {@code where} means by that
     * @param age what stands for the age where a place in this row is by the age first
     */
    private record Row(
            String tables, String where, @Nullable String destination, String age) {
        private static final String DELIVERIES = "delivery d <crossJoin> change c on c.position = d.change";

        static Row of(Status status, String destination) {
            return new Row(
                    DELIVERIES,
                    "d.status = '%s' and d.destination = :destination".formatted(status),
                    destination,
                    "d.age");
        }

        static Row ofSubject() {
            return new Row(
                    "change c <crossJoin> delivery d on d.change = c.position", "c.subject = :subject", null, "0");
        }

        static Row all() {
            return new Row(DELIVERIES, "true", null, "0");
        }

        /** By the row alone, where all have one age: an index that has no age does not know that. */
        String between(String above, String below) {
            return age.equals("0")
                    ? "d.rowid %s :endRow and d.rowid %s :row".formatted(above, below)
                    : "(d.age, d.rowid) %s (:endAge, :endRow) and (d.age, d.rowid) %s (:age, :row)"
                            .formatted(above, below);
        }

        String order() {
            return age.equals("0") ? "d.rowid desc" : "d.age desc, d.rowid desc";
        }
    }

    private static List<Row> rows(Handle handle, Filter filter) {
        if (filter.subject() != null) {
            return List.of(Row.ofSubject());
        }
        if (filter.statuses().isEmpty() || filter.statuses().contains(Status.DELIVERED)) {
            return List.of(Row.all());
        }
        Collection<String> destinations =
                filter.destinations().isEmpty() ? Destinations.names(handle) : filter.destinations();
        return destinations.stream()
                .flatMap(name -> filter.statuses().stream().map(status -> Row.of(status, name)))
                .toList();
    }

    /** The last place to be looked at. */
    private Place end(Handle handle, Filter filter, Row row, Place before) {
        if (filter.subject() != null) {
            return Place.START;
        }
        return bind(
                        handle.createQuery("""
                        select %s as age, d.rowid as position from delivery d where %s and %s
                        order by %s limit 1 offset :lookedThrough - 1""".formatted(row.age, row.where, row.between(">=", "<"), row.order())),
                        row,
                        before,
                        Place.START)
                .bind("lookedThrough", lookedThrough)
                .map((place, context) -> Place.of(place))
                .findOne()
                .orElse(Place.START);
    }

    private static Query bind(Query query, Row row, Place before, Place end) {
        if (row.destination != null) {
            query.bind("destination", row.destination).bind("age", before.age()).bind("endAge", end.age());
        }
        return query.bind("row", before.position()).bind("endRow", end.position());
    }

    private static Map<Place, Entry> found(Handle handle, Filter filter, Row row, Place before, Place end, int limit) {
        Query query = handle.createQuery(
                """
                select %s, %s as place_age from %s
                where %s and %s
                    and (:statuses = '[]' or d.status in (select value from <elements>(:statuses)))
                    and (:destinations = '[]' or d.destination in (select value from <elements>(:destinations)))
                    and c.event_time >= :since and c.event_time < :until
                order by %s limit :limit""".formatted(Entry.COLUMNS, row.age, row.tables, row.where, row.between(">=", "<"), row.order()));
        if (filter.subject() != null) {
            query.bind("subject", filter.subject());
        }
        return bind(query, row, before, end)
                .bind("statuses", Json.write(filter.statuses()))
                .bind("destinations", Json.write(filter.destinations()))
                .bind(
                        "since",
                        filter.since() == null ? Long.MIN_VALUE : filter.since().toEpochMilli())
                .bind(
                        "until",
                        filter.until() == null ? Long.MAX_VALUE : filter.until().toEpochMilli())
                .bind("limit", limit)
                .map((place, context) ->
                        Map.entry(new Place(place.getLong("place_age"), place.getLong("rowid")), Entry.of(place)))
                .stream()
                .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
