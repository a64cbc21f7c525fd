package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingLong;

import io.jobrelay.job.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
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

        private String by(String key, String id) {
            String direction = down ? " desc" : "";
            return member == Member.ID ? id + direction : key + direction + ", " + id + direction;
        }

        /** What is behind the place that is bound by that name. */
        private String behind(String name) {
            return compared(down ? " < " : " > ", name);
        }

        private String notBehind(String name) {
            return compared(down ? " >= " : " <= ", name);
        }

        private String compared(String operator, String name) {
            return member == Member.ID
                    ? "id" + operator + ":" + name + "Id"
                    : "(%s, id)%s(:%3$sKey, :%3$sId)".formatted(member.column, operator, name);
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

        private static Place of(ResultSet row) throws SQLException {
            return new Place(row.getString("key"), row.getString("id"));
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
        private static Item of(ResultSet row) throws SQLException {
            String watch = row.getString("watch");
            return new Item(
                    Place.of(row),
                    row.getString("record"),
                    Instant.ofEpochMilli(row.getLong("state_since")),
                    row.getBoolean("stuck"),
                    watch == null ? null : new WatchState(watch, row.getString("health"), Times.instant(row, "due")));
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
            Place end = filter.equals(Filter.NONE)
                    ? null
                    : bind(handle.createQuery(endSql(order, after != null)), "after", order, after)
                            .bind(
                                    "skipped",
                                    Math.max(1, order.member().covered ? lookedThrough : lookedThrough / DEARER) - 1)
                            .map((row, context) -> Place.of(row))
                            .findOne()
                            .orElse(null);
            Query query = handle.createQuery(sql(order, after != null, end != null));
            List<Item> found = bind(bind(query, "after", order, after), "end", order, end)
                    .bind("states", Json.write(filter.states()))
                    .bind("apis", Json.write(filter.apis()))
                    .bind("accounts", Json.write(filter.accounts()))
                    .bind("watch", Objects.requireNonNullElse(filter.watch(), ""))
                    .bind("labels", Json.write(filter.labels()))
                    .bind("text", filter.text() == null ? "" : pattern(filter.text()))
                    .bind("limit", limit + 1)
                    .map((row, context) -> Item.of(row))
                    .list();
            return found.size() > limit
                    ? new Page(found.subList(0, limit), found.get(limit - 1).place())
                    : new Page(found, end);
        });
    }

    private static Query bind(Query query, String name, Order order, @Nullable Place place) {
        if (place != null && order.member() != Member.ID) {
            query.bind(name + "Key", place.key()); // taken for the number that its column has
        }
        return place == null ? query : query.bind(name + "Id", place.id());
    }

    private static String pattern(String text) {
        return "%" + text.toLowerCase(Locale.ROOT).replaceAll("[!%_]", "!$0") + "%";
    }

    /** Finds the last job to be looked through; none where that is the last of all. */
    static String endSql(Order order, boolean goesOn) {
        return "select %s as key, id from job where %s order by %s limit 1 offset :skipped"
                .formatted(
                        order.member().column,
                        goesOn ? order.behind("after") : "true",
                        order.by(order.member().column, "id"));
    }

    /** The inner query finds the jobs without their records, which are long; the outer one reads those of the page. */
    static String sql(Order order, boolean goesOn, boolean ends) {
        return """
                select found.id, found.key, <listedRecord> as record, j.state_since, j.stuck, w.id as watch, w.health,
                    case when w.state = 'ACTIVE' then w.due_at end as due
                from (select id, %s as key from job j
                    where %s and %s
                        and (:states = '[]' or state in (select value from <elements>(:states)))
                        and (:apis = '[]' or api in (select value from <elements>(:apis)))
                        and (:accounts = '[]' or account in (select value from <elements>(:accounts)))
                        and (:watch = '' or watch_id = :watch)
                        and (:labels = '{}' or not exists (select 1 from <members>(:labels) wanted where not exists (
                            select 1 from <members>(j.labels) had
                            where had.key = wanted.key and had.value = wanted.value)))
                        and (:text = '' or search like :text escape '!')
                    order by %s limit :limit) found
                join job j on j.id = found.id
                join job_record r on r.id = found.id
                left join watch w on w.id = j.watch_id and w.state <> 'REMOVED'
                order by %s""".formatted(
                        order.member().column,
                        goesOn ? order.behind("after") : "true",
                        ends ? order.notBehind("end") : "true",
                        order.by(order.member().column, "id"),
                        order.by("found.key", "found.id"));
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
