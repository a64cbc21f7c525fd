package io.jobrelay.ledger;

import static java.util.Comparator.reverseOrder;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;

import io.jobrelay.job.Json;
import io.jobrelay.ledger.Deliveries.Entry;
import io.jobrelay.ledger.Deliveries.Status;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries to be looked through a page at a time, those first that were put in last; the router's are none. Those that
 * are not delivered, and those of a job, are found directly. Of the others a page looks through so many at most, wherever
 * those are that it finds: it may hold fewer than were asked for, even none, and the next page goes on behind them.
 */
public final class DeliveryIndex {
    /** A tenth of a second or two, when none of them is what is looked for. */
    private static final int LOOKED_THROUGH = 100_000;

    private static final long NO_END = 0;

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
    public record Page(List<Entry> items, Optional<Long> next) {
        public Page {
            items = List.copyOf(items);
            requireNonNull(next, "next is null");
        }
    }

    /** At most so many deliveries, from behind that place on, {@link Long#MAX_VALUE} for the beginning. */
    public Page page(Filter filter, long before, int limit) {
        return database.read(handle -> {
            List<Row> rows = rows(handle, filter);
            long end = rows.stream()
                    .mapToLong(row -> end(handle, filter, row, before))
                    .max()
                    .orElse(NO_END);
            NavigableMap<Long, Entry> found = new TreeMap<>(reverseOrder());
            for (Row row : rows) {
                // One that changes its status meanwhile is in two rows, and once on the page.
                found.putAll(found(handle, filter, row, before, end, limit + 1));
            }
            List<Long> places = found.keySet().stream().limit(limit).toList();
            long next = found.size() > limit ? places.get(limit - 1) : end;
            return new Page(
                    places.stream().map(found::get).toList(), next == NO_END ? Optional.empty() : Optional.of(next));
        });
    }

    /**
     * Deliveries that stand in a row in some index, the last first.
     *
     * @param tables those joined, in the order in which they are to be read
     * @param where what puts a delivery into this row
     * @param destination what {@code where} means by that
     */
    private record Row(String tables, String where, String destination) {
        private static final String DELIVERIES = "delivery d <crossJoin> change c on c.event_id = d.event_id";

        static Row of(Status status, String destination) {
            return new Row(
                    DELIVERIES, "d.status = '%s' and d.destination = :destination".formatted(status), destination);
        }

        static Row ofSubject() {
            return new Row(
                    "change c <crossJoin> delivery d on d.event_id = c.event_id",
                    "c.subject = :subject and d.destination <> :destination",
                    Outbox.CHANGES);
        }

        static Row all() {
            return new Row(DELIVERIES, "d.destination <> :destination", Outbox.CHANGES);
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
                .filter(name -> !name.equals(Outbox.CHANGES))
                .flatMap(name -> filter.statuses().stream().map(status -> Row.of(status, name)))
                .toList();
    }

    /** The last place to be looked at. */
    private long end(Handle handle, Filter filter, Row row, long before) {
        if (filter.subject() != null) {
            return NO_END;
        }
        boolean all = row.equals(Row.all());
        return handle.createQuery("""
                        select d.rowid from delivery d where %s and d.rowid < :before
                        order by d.rowid desc limit 1 offset :lookedThrough - 1""".formatted(all ? "true" : row.where()))
                .bind("destination", row.destination())
                .bind("before", before)
                .bind("lookedThrough", lookedThrough)
                .mapTo(Long.class)
                .findOne()
                .orElse(NO_END);
    }

    private static Map<Long, Entry> found(Handle handle, Filter filter, Row row, long before, long end, int limit) {
        return handle
                .createQuery("""
                        select %s from %s
                        where %s and d.rowid < :before and d.rowid >= :end
                            and (:statuses = '[]' or d.status in (select value from <elements>(:statuses)))
                            and (:destinations = '[]' or d.destination in (select value from <elements>(:destinations)))
                            and c.event_time >= :since and c.event_time < :until
                        order by d.rowid desc limit :limit""".formatted(Entry.COLUMNS, row.tables(), row.where()))
                .bind("destination", row.destination())
                .bind("subject", filter.subject())
                .bind("before", before)
                .bind("end", end)
                .bind("statuses", Json.write(filter.statuses()))
                .bind("destinations", Json.write(filter.destinations()))
                .bind(
                        "since",
                        filter.since() == null ? Long.MIN_VALUE : filter.since().toEpochMilli())
                .bind(
                        "until",
                        filter.until() == null ? Long.MAX_VALUE : filter.until().toEpochMilli())
                .bind("limit", limit)
                .map((place, context) -> Map.entry(place.getLong("rowid"), Entry.of(place)))
                .stream()
                .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
