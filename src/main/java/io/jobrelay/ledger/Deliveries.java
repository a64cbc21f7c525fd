package io.jobrelay.ledger;

import static java.util.Comparator.naturalOrder;
import static java.util.Comparator.reverseOrder;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.History.Place;
import io.jobrelay.logging.PlainLine;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.Nested;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries, to be looked through a page at a time, those first that were put in last. Those that are not delivered, and
 * those of a job, are found directly. Of the others a page looks through so many at most, wherever those are that it finds: it
 * may hold fewer than were asked for, even none, and the next page goes on behind them.
 */
public final class Deliveries {
    /** In front of the first page. */
    public static final Place NEWEST = new Place(Long.MAX_VALUE, Long.MAX_VALUE);

    /** What an event's time is between, if {@code :since} and {@code :until} are given. */
    static final String IN_TIME =
            "c.event_time >= coalesce(:since, 0) and c.event_time < coalesce(:until, 9223372036854775807)";

    /** What is shown as the status. */
    private static final String PROGRESS = """
            (case when d.status = 'PENDING' and d.destination in (select value from <elements>(:nowhere))
                then 'UNREAD' else d.status end)""";

    private static final String ENTRY = """
            d.destination || '.' || c.event_id as id, d.destination, c.event_id, c.type, d.subject, d.sequence,
            %s as status, d.attempts + (case d.status when 'DELIVERED' then 1 else 0 end) as attempts,
            c.event_time as time, d.due_at as due_time, d.updated_at as update_time, d.error""";

    /** A tenth of a second or two, when none of them is what is looked for. */
    private static final int LOOKED_THROUGH = 100_000;

    private final LedgerDatabase database;
    private final Supplier<Set<String>> unread;
    private final int lookedThrough;

    /**
     * @param unread the destinations that nothing is sent to
     */
    public Deliveries(LedgerDatabase database, Supplier<Set<String>> unread) {
        this(database, unread, LOOKED_THROUGH);
    }

    /**
     * @param lookedThrough how many deliveries a page looks through at most
     */
    Deliveries(LedgerDatabase database, Supplier<Set<String>> unread, int lookedThrough) {
        this.database = database;
        this.unread = unread;
        this.lookedThrough = lookedThrough;
    }

    /** How far a delivery has come, as the ledger has it. */
    public enum Status {
        PENDING,
        DELIVERED,
        DEAD
    }

    /** How far a delivery, or an event that has none yet, is shown to have come. */
    public enum Progress {
        PENDING,
        DELIVERED,
        DEAD,
        /** It waits for a destination that nothing is sent to. */
        UNREAD,
        /** The router fails on the event. */
        UNROUTED
    }

    /**
     * A delivery without its bytes.
     *
     * @param id {@code <destination>.<event id>}
     * @param attempts attempts that count, the good one among them
     * @param time of the event
     * @param dueTime when it is tried next, unless its destination pauses; null if it is settled, or has not failed
     * @param updateTime when it was last tried or settled
     * @param error why the last attempt failed, in one line
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Entry(
            @JsonIgnore @Nested Place place,
            String id,
            String destination,
            String eventId,
            String type,
            String subject,
            long sequence,
            Progress status,
            int attempts,
            Instant time,
            @Nullable Instant dueTime,
            Instant updateTime,
            @Nullable String error) {
        public Entry {
            error = error == null ? null : PlainLine.of(error);
        }
    }

    /**
     * Which deliveries.
     *
     * @param statuses any of these, all but {@code UNROUTED} if there are none; that stands alone
     * @param destinations any of these, all if there are none
     * @param subject the job, or the watch, that changed; null for any
     * @param since the earliest time of the event, null for any
     * @param until what the time of the event must be before, null for any
     */
    public record Filter(
            Set<Progress> statuses,
            Set<String> destinations,
            @Nullable String subject,
            @Nullable Instant since,
            @Nullable Instant until) {
        public Filter {
            statuses = Set.copyOf(statuses);
            destinations = Set.copyOf(destinations);
        }
    }

    /** At most so many deliveries, from behind that place on. */
    public Page<Entry, Place> page(Filter filter, Place before, int limit) {
        if (filter.statuses().contains(Progress.UNROUTED)) {
            return database.read(handle -> unrouted(handle, filter, before, limit));
        }
        Set<String> nowhere = unread.get();
        return database.read(handle -> {
            List<Range> ranges = ranges(filter, nowhere);
            Place end = ranges.stream()
                    .flatMap(range -> end(handle, range, before).stream())
                    .max(naturalOrder())
                    .orElse(Place.START);
            NavigableMap<Place, Entry> found = new TreeMap<>(reverseOrder());
            for (Range range : ranges) {
                // One that changes its status meanwhile is in two ranges, and once on the page.
                entries(handle, filter, nowhere, range, before, end, limit + 1)
                        .forEach(entry -> found.put(entry.place(), entry));
            }
            return Page.of(
                    List.copyOf(found.values()),
                    limit,
                    Entry::place,
                    Optional.of(end).filter(place -> !place.equals(Place.START)));
        });
    }

    private static Page<Entry, Place> unrouted(Handle handle, Filter filter, Place before, int limit) {
        List<Entry> found = handle.createQuery("""
                        select c.age, c.position, 'changes.' || c.event_id as id, 'changes' as destination, c.event_id,
                            c.type, c.subject, c.sequence, 'UNROUTED' as status, 0 as attempts, c.event_time as time,
                            null as due_time, c.created_at as update_time, c.error
                        from change c where c.error is not null and (c.age, c.position) < (:age, :row)
                            and (:destinations = '[]' or 'changes' in (select value from <elements>(:destinations)))
                            and (cast(:subject as text) is null or c.subject = :subject) and %s
                        order by c.age desc, c.position desc limit :limit""".formatted(IN_TIME))
                .bindMethods(filter)
                .bind("age", before.age())
                .bind("row", before.position())
                .bind("limit", limit + 1)
                .mapTo(Entry.class)
                .list();
        return Page.of(found, limit, Entry::place, Optional.empty());
    }

    /**
     * Deliveries that are next to one another in some index.
     *
     * @param tables those joined, in the order in which they are to be read
     * @param where what puts a delivery into this range
     * @param destination what {@code where} means by that
     * @param byAge true if it is in the order of age and row; otherwise of the row alone, with an age of 0 for all
     * @param bounded false if it is read to its end, whatever it holds
     */
    private record Range(
            String tables, String where, @Nullable String destination, boolean byAge, boolean bounded) {
        private static final String DELIVERIES = "delivery d <crossJoin> change c on c.position = d.change";

        private static Range of(Status status, String destination) {
            String where = "d.status = '%s' and d.destination = :destination".formatted(status);
            return new Range(DELIVERIES, where, destination, true, true);
        }

        private static Range ofSubject() {
            String tables = "change c <crossJoin> delivery d on d.change = c.position";
            return new Range(tables, "c.subject = :subject", null, false, false);
        }

        private static Range all() {
            return new Range(DELIVERIES, "true", null, false, true);
        }

        private String place() {
            return (byAge ? "d.age" : "0 as age") + ", d.rowid as position";
        }

        private String between() {
            return byAge
                    ? "(d.age, d.rowid) >= (:endAge, :endRow) and (d.age, d.rowid) < (:age, :row)"
                    : "d.rowid >= :endRow and d.rowid < :row";
        }

        private String order() {
            return byAge ? "d.age desc, d.rowid desc" : "d.rowid desc";
        }

        private Query bind(Query query, Place before, Place end) {
            return query.bind("destination", destination)
                    .bind("age", before.age())
                    .bind("row", before.position())
                    .bind("endAge", end.age())
                    .bind("endRow", end.position());
        }
    }

    private List<Range> ranges(Filter filter, Set<String> nowhere) {
        if (filter.subject() != null) {
            return List.of(Range.ofSubject());
        }
        if (filter.statuses().isEmpty() || filter.statuses().contains(Progress.DELIVERED)) {
            return List.of(Range.all());
        }
        Collection<String> destinations =
                filter.destinations().isEmpty() ? Destinations.names(database) : filter.destinations();
        return destinations.stream()
                .flatMap(name -> filter.statuses().stream()
                        .filter(status ->
                                status == Progress.DEAD || (status == Progress.UNREAD) == nowhere.contains(name))
                        .map(status -> Range.of(status == Progress.DEAD ? Status.DEAD : Status.PENDING, name)))
                .toList();
    }

    /** The last place to be looked at; empty if that is the last of all. */
    private Optional<Place> end(Handle handle, Range range, Place before) {
        if (!range.bounded) {
            return Optional.empty();
        }
        Query query = handle.createQuery("select %s from delivery d where %s and %s order by %s limit 1 offset :skipped"
                .formatted(range.place(), range.where, range.between(), range.order()));
        return range.bind(query, before, Place.START)
                .bind("skipped", lookedThrough - 1)
                .mapTo(Place.class)
                .findOne();
    }

    private static List<Entry> entries(
            Handle handle, Filter filter, Set<String> nowhere, Range range, Place before, Place end, int limit) {
        Query query = handle.createQuery("""
                select %s, %s from %s where %s and %s and %s
                    and (:statuses = '[]' or %s in (select value from <elements>(:statuses)))
                    and (:destinations = '[]' or d.destination in (select value from <elements>(:destinations)))
                order by %s limit :limit""".formatted(
                        range.place(),
                        ENTRY.formatted(PROGRESS),
                        range.tables,
                        range.where,
                        range.between(),
                        IN_TIME,
                        PROGRESS,
                        range.order()));
        return range.bind(query, before, end)
                .bindMethods(filter)
                .bind("nowhere", Json.write(nowhere))
                .bind("limit", limit)
                .mapTo(Entry.class)
                .list();
    }

    /** The delivery of that id, unless it is purged. */
    public Optional<Entry> find(String id) {
        int dot = id.indexOf('.');
        return database.read(handle -> handle.createQuery("""
                        select d.age, d.rowid as position, %s from change c <crossJoin> delivery d on d.change = c.position
                        where c.event_id = :event and d.destination = :destination""".formatted(ENTRY.formatted(PROGRESS)))
                .bind("nowhere", Json.write(unread.get()))
                .bind("destination", id.substring(0, Math.max(dot, 0)))
                .bind("event", id.substring(dot + 1))
                .mapTo(Entry.class)
                .findOne());
    }
}
