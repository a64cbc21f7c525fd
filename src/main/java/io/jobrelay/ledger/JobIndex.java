package io.jobrelay.ledger;

import static java.util.Objects.requireNonNullElse;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingLong;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * The jobs that the ledger knows, to be looked through a page at a time. A page without a filter costs what it holds. With
 * one, it looks through so many jobs at most, wherever those are that it finds: it may hold fewer than were asked for, even
 * none, and the next page goes on behind them.
 */
public final class JobIndex {
    /** Some tenths of a second in a ledger of a million, when none of them is what is looked for. */
    private static final int LOOKED_THROUGH = 100_000;

    /** How many times as long a look takes at a job of which the order's own index does not have all that filters need. */
    private static final int DEARER = 5;

    private final LedgerDatabase database;
    private final int lookedThrough;

    public JobIndex(LedgerDatabase database) {
        this(database, LOOKED_THROUGH);
    }

    /**
     * @param lookedThrough how many jobs a page looks through at most, in an order whose index has all that filters need
     */
    JobIndex(LedgerDatabase database, int lookedThrough) {
        this.database = database;
        this.lookedThrough = lookedThrough;
    }

    /**
     * Which jobs; an empty part lets all through.
     *
     * @param states any of these, and so on
     * @param labels all of these
     * @param text what the id, the name, the provider's id, the description or a label contains, without regard to case
     * @param watch the watch that found it
     */
    public record Filter(
            Set<String> states,
            Set<String> apis,
            Set<String> accounts,
            Map<String, String> labels,
            @Nullable String text,
            @Nullable String watch) {
        /** Lets all through. */
        public static final Filter NONE = new Filter(Set.of(), Set.of(), Set.of(), Map.of(), null, null);

        public Filter {
            states = Set.copyOf(states);
            apis = Set.copyOf(apis);
            accounts = Set.copyOf(accounts);
            labels = Map.copyOf(labels);
        }

        private String pattern() {
            return text == null ? "" : "%" + text.toLowerCase(Locale.ROOT).replaceAll("[!%_]", "!$0") + "%";
        }
    }

    /** What jobs are ordered by, and by their ids where that is equal; only the id of a job never changes. */
    public enum Member {
        ID("id", true),
        OBSERVE_TIME("observed_at", true),
        STATE_TIME("state_since", false),
        /** Of a job without a name the id, both without regard to case. */
        NAME("name", false),
        STATE("state", false),
        ACCOUNT("account", false);

        private final String column;
        private final boolean covered;

        Member(String column, boolean covered) {
            this.column = column;
            this.covered = covered;
        }
    }

    /**
     * An order of jobs.
     *
     * @param down from the last to the first
     */
    public record Order(Member member, boolean down) {
        /** The one that holds while jobs change. */
        public static final Order USUAL = new Order(Member.ID, false);

        private String by(String key, String id) {
            return "%s%3$s, %s%3$s".formatted(key, id, down ? " desc" : "");
        }

        private String behind(boolean goesOn) {
            return goesOn ? "(%s, id) %s (:afterKey, :afterId)".formatted(member.column, down ? "<" : ">") : "true";
        }

        private String notBehind(boolean ends) {
            return ends ? "(%s, id) %s (:endKey, :endId)".formatted(member.column, down ? ">=" : "<=") : "true";
        }
    }

    /**
     * The place of a job in an order.
     *
     * @param key what it is ordered by, as a text
     */
    public record Place(String key, String id) {}

    /**
     * A job in a list.
     *
     * @param key what it is ordered by, as a text
     * @param record JSON without {@code raw}, {@code spec}, {@code result} and {@code logs}
     * @param stateTime since when the job has been seen in its state
     * @param stuck true if that is too long
     * @param watch the id of its watch, null where none polls the job any more
     * @param health of the watch
     * @param nextPoll of the watch, null where its job has ended
     */
    public record Item(
            String id,
            String key,
            String record,
            Instant stateTime,
            boolean stuck,
            @Nullable String watch,
            @Nullable String health,
            @Nullable Instant nextPoll) {
        private Place place() {
            return new Place(key, id);
        }
    }

    /** At most so many jobs, from behind that place on. */
    public Page<Item, Place> page(Filter filter, Order order, @Nullable Place after, int limit) {
        return database.read(handle -> {
            // Jobs that come in between make it a few more that are looked through, and none is left out.
            Optional<Place> end = filter.equals(Filter.NONE)
                    ? Optional.empty()
                    : bind(handle.createQuery(endSql(order, after != null)), "after", after)
                            .bind(
                                    "skipped",
                                    Math.max(1, order.member().covered ? lookedThrough : lookedThrough / DEARER) - 1)
                            .mapTo(Place.class)
                            .findOne();
            Query query = handle.createQuery(sql(order, after != null, end.isPresent()));
            List<Item> found = bind(bind(query, "after", after), "end", end.orElse(null))
                    .bindMethods(filter)
                    .bind("watch", requireNonNullElse(filter.watch(), ""))
                    .bind("pattern", filter.pattern())
                    .bind("limit", limit + 1)
                    .mapTo(Item.class)
                    .list();
            return Page.of(found, limit, Item::place, end);
        });
    }

    /** A key that is a number is compared with its column as one. */
    private static Query bind(Query query, String name, @Nullable Place place) {
        return place == null ? query : query.bind(name + "Key", place.key()).bind(name + "Id", place.id());
    }

    /** Finds the last job to be looked through; none where that is the last of all. */
    static String endSql(Order order, boolean goesOn) {
        return "select %1$s as key, id from job where %2$s order by %3$s limit 1 offset :skipped"
                .formatted(order.member().column, order.behind(goesOn), order.by(order.member().column, "id"));
    }

    /** The inner query finds the jobs without their records, which are long; the outer one reads those of the page. */
    static String sql(Order order, boolean goesOn, boolean ends) {
        return """
                select found.id, found.key, <listedRecord> as record, j.state_since as state_time, j.stuck, w.id as watch,
                    w.health, case when w.state = 'ACTIVE' then w.due_at end as next_poll
                from (select id, %s as key from job j
                    where %s and %s
                        and (:states = '[]' or state in (select value from <elements>(:states)))
                        and (:apis = '[]' or api in (select value from <elements>(:apis)))
                        and (:accounts = '[]' or account in (select value from <elements>(:accounts)))
                        and (:watch = '' or watch_id = :watch)
                        and (:labels = '{}' or not exists (select 1 from <members>(:labels) wanted where not exists (
                            select 1 from <members>(j.labels) had
                            where had.key = wanted.key and had.value = wanted.value)))
                        and (:pattern = '' or search like :pattern escape '!')
                    order by %s limit :limit) found
                join job j on j.id = found.id
                join job_record r on r.id = found.id
                left join watch w on w.id = j.watch_id and w.state <> 'REMOVED'
                order by %s""".formatted(
                        order.member().column,
                        order.behind(goesOn),
                        order.notBehind(ends),
                        order.by(order.member().column, "id"),
                        order.by("found.key", "found.id"));
    }

    /**
     * A single job.
     *
     * @param sequence of its last change
     * @param record JSON, complete
     * @param watch the id of its watch, null where none polls the job any more
     */
    public record Job(
            String id,
            long sequence,
            String record,
            @Nullable String watch) {}

    /** The job as it was at its last change. */
    public Optional<Job> find(String id) {
        return database.read(handle ->
                handle.createQuery("""
                        select j.id, j.sequence, r.record, w.id as watch from job j join job_record r on r.id = j.id
                        left join watch w on w.id = j.watch_id and w.state <> 'REMOVED' where j.id = :id""").bind("id", id).mapTo(Job.class).findOne());
    }

    /** Jobs of an API that are in the same state. */
    public record Count(String api, String state, long jobs) {}

    /** How many jobs of each API are in each state: a handful of rows, however many jobs there are. */
    public List<Count> counts() {
        return database.list("select api, state, sum(jobs) as jobs from job_count group by api, state", Count.class);
    }

    /** How many jobs are in each state. */
    public Map<String, Long> states() {
        return counts().stream()
                .filter(count -> count.jobs() > 0)
                .collect(groupingBy(Count::state, TreeMap::new, summingLong(Count::jobs)));
    }
}
