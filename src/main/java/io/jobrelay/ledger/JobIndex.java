package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingLong;

import io.jobrelay.job.Json;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
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

    /** How many times as long a look takes at a job that the order's own index does not tell enough of. */
    private static final int DEARER = 5;

    private final LedgerDatabase database;
    private final int lookedThrough;

    public JobIndex(LedgerDatabase database) {
        this(database, LOOKED_THROUGH);
    }

    /**
     * @param lookedThrough how many jobs a page looks through at most, in an order whose index tells all of them
     */
    JobIndex(LedgerDatabase database, int lookedThrough) {
        this.database = requireNonNull(database, "database is null");
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

        public Order {
            requireNonNull(member, "member is null");
        }

        private String columns() {
            String direction = down ? " desc" : "";
            return member == Member.ID ? "id" + direction : member.column + direction + ", id" + direction;
        }

        /** What is on this side of a place that is bound by that name. */
        private String where(String comparison, String name) {
            String here = member == Member.ID ? "id" : "(%s, id)".formatted(member.column);
            String there = member == Member.ID ? ":%sId" : "(:%1$sKey, :%1$sId)";
            return here + comparison + there.formatted(name);
        }

        private String behind(String name) {
            return where(down ? " < " : " > ", name);
        }

        private String notBehind(String name) {
            return where(down ? " >= " : " <= ", name);
        }
    }

    /**
     * Where a job stands in an order.
     *
     * @param key what it is ordered by, as a text
     */
    public record Place(String key, String id) {
        public Place {
            requireNonNull(key, "key is null");
            requireNonNull(id, "id is null");
        }
    }

    /**
     * Some jobs.
     *
     * @param next where the next page begins behind, null where there is none
     */
    public record Page(List<Item> items, @Nullable Place next) {
        public Page {
            items = List.copyOf(items);
        }
    }

    /**
     * A job in a list.
     *
     * @param record JSON without {@code raw}, {@code spec}, {@code result} and {@code logs}
     * @param stateTime since when the job has been seen in its state
     * @param stuck true if that is too long
     * @param watch null where nobody looks after the job any more
     */
    public record Item(
            Place place,
            String record,
            Instant stateTime,
            boolean stuck,
            @Nullable WatchState watch) {
        public Item {
            requireNonNull(record, "record is null");
        }
    }

    /**
     * The watch of a job.
     *
     * @param nextPoll null where its job has ended
     */
    public record WatchState(
            String id, String health, @Nullable Instant nextPoll) {}

    /** At most so many jobs, from behind that place on. */
    public Page page(Filter filter, Order order, @Nullable Place after, int limit) {
        return database.read(handle -> {
            // Jobs that come in between make it a few more that are looked through, and none is left out.
            Place end = filter.equals(Filter.NONE) ? null : end(handle, order, after);
            List<Item> found = found(handle, filter, order, after, end, limit + 1);
            return found.size() > limit
                    ? new Page(found.subList(0, limit), found.get(limit - 1).place())
                    : new Page(found, end);
        });
    }

    /** The last job to be looked through; null where that is the last of all. */
    private @Nullable Place end(Handle handle, Order order, @Nullable Place after) {
        Query query = handle.createQuery(endSql(order, after != null))
                .bind("lookedThrough", Math.max(1, order.member().covered ? lookedThrough : lookedThrough / DEARER));
        bind(query, "after", order, after);
        return query.map((row, context) -> new Place(row.getString("key"), row.getString("id")))
                .findOne()
                .orElse(null);
    }

    static String endSql(Order order, boolean goesOn) {
        return """
                select %s as key, id from job where %s order by %s limit 1 offset :lookedThrough - 1""".formatted(order.member().column, goesOn ? order.behind("after") : "true", order.columns());
    }

    private static List<Item> found(
            Handle handle, Filter filter, Order order, @Nullable Place after, @Nullable Place end, int limit) {
        Map<String, Object> bindings = new LinkedHashMap<>();
        Query query = handle.createQuery(sql(filter, order, after != null, end != null, bindings))
                .bind("limit", limit);
        bindings.forEach(query::bind);
        bind(query, "after", order, after);
        bind(query, "end", order, end);
        return query.map((row, context) -> {
                    String watch = row.getString("watch");
                    return new Item(
                            new Place(row.getString("key"), row.getString("id")),
                            row.getString("record"),
                            Instant.ofEpochMilli(row.getLong("state_since")),
                            row.getBoolean("stuck"),
                            watch == null
                                    ? null
                                    : new WatchState(watch, row.getString("health"), Times.instant(row, "due")));
                })
                .list();
    }

    private static void bind(Query query, String name, Order order, @Nullable Place place) {
        if (place != null) {
            query.bind(name + "Id", place.id());
            if (order.member() != Member.ID) {
                query.bind(name + "Key", place.key()); // taken for the number that its column has
            }
        }
    }

    /** The inner query finds the jobs without their records, which are long; the outer one reads those of the page. */
    static String sql(Filter filter, Order order, boolean goesOn, boolean ends, Map<String, Object> bindings) {
        StringBuilder conditions = new StringBuilder(goesOn ? order.behind("after") : "true");
        if (ends) {
            conditions.append(" and ").append(order.notBehind("end"));
        }
        anyOf(conditions, bindings, "state", filter.states());
        anyOf(conditions, bindings, "api", filter.apis());
        anyOf(conditions, bindings, "account", filter.accounts());
        if (filter.watch() != null) {
            conditions.append(" and watch_id || '' = :watch");
            bindings.put("watch", filter.watch());
        }
        if (!filter.labels().isEmpty()) {
            conditions.append(" and ").append("""
                    not exists (select 1 from <members>(:labels) wanted where not exists (
                        select 1 from <members>(j.labels) had where had.key = wanted.key and had.value = wanted.value))""");
            bindings.put("labels", Json.write(filter.labels()));
        }
        if (filter.text() != null) {
            conditions.append(" and search like :text escape '!'");
            bindings.put("text", "%" + filter.text().toLowerCase(Locale.ROOT).replaceAll("[!%_]", "!$0") + "%");
        }
        return """
                select found.id, found.key,
                    <listedRecord> as record,
                    j.state_since, j.stuck, w.id as watch, w.health, case when w.state = 'ACTIVE' then w.due_at end as due
                from (select id, %s as key from job j where %s order by %s limit :limit) found
                join job j on j.id = found.id
                join job_record r on r.id = found.id
                left join watch w on w.id = j.watch_id and w.state <> 'REMOVED'
                order by found.key%4$s, found.id%4$s""".formatted(order.member().column, conditions, order.columns(), order.down() ? " desc" : "");
    }

    private static void anyOf(
            StringBuilder conditions, Map<String, Object> bindings, String column, Set<String> values) {
        if (!values.isEmpty()) {
            // With nothing behind it: never by an index of that column, which would sort all that it finds for every
            // page.
            conditions.append(" and %1$s || '' in (select value from <elements>(:%1$s))".formatted(column));
            bindings.put(column, Json.write(values));
        }
    }

    /**
     * A job by itself.
     *
     * @param sequence of its last change
     * @param record JSON, complete
     * @param watch the id of the watch that looks after it, null where none does any more
     */
    public record Job(
            String id,
            long sequence,
            String record,
            @Nullable String watch) {}

    /** The job as it was at its last change. */
    public Optional<Job> find(String id) {
        return database.read(handle -> handle.createQuery("""
                        select j.sequence, r.record, w.id as watch from job j join job_record r on r.id = j.id
                        left join watch w on w.id = j.watch_id and w.state <> 'REMOVED' where j.id = :id""")
                .bind("id", id)
                .map((row, context) ->
                        new Job(id, row.getLong("sequence"), row.getString("record"), row.getString("watch")))
                .findOne());
    }

    /** Jobs of an API that are in the same state. */
    public record Count(String api, String state, long jobs) {
        public Count {
            requireNonNull(api, "api is null");
            requireNonNull(state, "state is null");
        }
    }

    /** How many jobs of each API are in each state: a handful of rows, however many jobs there are. */
    public List<Count> counts() {
        return database.read(
                handle -> handle.createQuery("select api, state, sum(jobs) from job_count group by api, state")
                        .map((row, context) -> new Count(row.getString(1), row.getString(2), row.getLong(3)))
                        .list());
    }

    /** How many jobs are in each state. */
    public Map<String, Long> states() {
        return counts().stream()
                .filter(count -> count.jobs() > 0)
                .collect(groupingBy(Count::state, TreeMap::new, summingLong(Count::jobs)));
    }
}
