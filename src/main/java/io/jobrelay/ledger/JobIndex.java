package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import io.jobrelay.job.Json;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * The jobs that the ledger knows, to be looked through a page at a time. A page costs what it holds, and at worst a walk
 * through one index, whatever is asked for.
 */
public final class JobIndex {
    private final LedgerDatabase database;

    public JobIndex(LedgerDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /**
     * Which jobs; an empty part lets all through.
     *
     * @param states any of these, and so on
     * @param labels all of these
     * @param text what the id, the name, the description or a label contains, without regard to case
     * @param watch the watch that found it
     */
    public record Filter(
            Set<String> states,
            Set<String> apis,
            Set<String> accounts,
            Map<String, String> labels,
            @Nullable String text,
            @Nullable String watch) {
        public Filter {
            states = Set.copyOf(states);
            apis = Set.copyOf(apis);
            accounts = Set.copyOf(accounts);
            labels = Map.copyOf(labels);
        }
    }

    /** What jobs are ordered by; only the id of a job never changes, so only that order holds while jobs change. */
    public enum Order {
        ID("id", false),
        ID_DOWN("id", true),
        OBSERVE_TIME("observed_at", false),
        OBSERVE_TIME_DOWN("observed_at", true);

        private final String key;
        private final boolean down;

        Order(String key, boolean down) {
            this.key = key;
            this.down = down;
        }
    }

    /** Where a job stands: the next page begins behind it. */
    public record Place(long observedAt, String id) {
        public Place {
            requireNonNull(id, "id is null");
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
     * @param nextPoll null while it is polled, and where its job has ended
     */
    public record WatchState(
            String id, String health, @Nullable Instant nextPoll) {}

    /** At most so many jobs, from behind that place on. */
    public List<Item> page(Filter filter, Order order, @Nullable Place after, int limit) {
        Map<String, Object> bindings = new LinkedHashMap<>();
        String sql = sql(filter, order, after, bindings);
        return database.read(handle -> {
            Query query = handle.createQuery(sql).bind("limit", limit);
            bindings.forEach(query::bind);
            return query.map((row, context) -> {
                        String watch = row.getString("watch");
                        return new Item(
                                new Place(row.getLong("observed_at"), row.getString("id")),
                                row.getString("record"),
                                Instant.ofEpochMilli(row.getLong("state_since")),
                                row.getBoolean("stuck"),
                                watch == null
                                        ? null
                                        : new WatchState(watch, row.getString("health"), Times.instant(row, "due")));
                    })
                    .list();
        });
    }

    /** The inner query finds the jobs without their records, which are long; the outer one reads those of the page. */
    static String sql(Filter filter, Order order, @Nullable Place after, Map<String, Object> bindings) {
        StringBuilder conditions = new StringBuilder("true");
        anyOf(conditions, bindings, "state", filter.states());
        anyOf(conditions, bindings, "api", filter.apis());
        anyOf(conditions, bindings, "account", filter.accounts());
        if (filter.watch() != null) {
            conditions.append(" and watch_id = :watch");
            bindings.put("watch", filter.watch());
        }
        if (!filter.labels().isEmpty()) {
            conditions.append(" and ").append("""
                    not exists (select 1 from json_each(:labels) wanted where not exists (
                        select 1 from json_each(j.labels) had where had.key = wanted.key and had.value = wanted.value))""");
            bindings.put("labels", Json.write(filter.labels()));
        }
        if (filter.text() != null) {
            conditions.append(" and search like :text escape '!'");
            bindings.put("text", "%" + filter.text().replaceAll("[!%_]", "!$0") + "%");
        }
        boolean byId = order.key.equals("id");
        if (after != null) {
            conditions
                    .append(byId ? " and id " : " and (observed_at, id) ")
                    .append(order.down ? "<" : ">")
                    .append(byId ? " :afterId" : " (:afterTime, :afterId)");
            bindings.put("afterId", after.id());
            if (!byId) {
                bindings.put("afterTime", after.observedAt());
            }
        }
        String direction = order.down ? " desc" : "";
        String ordered = byId ? "id" + direction : "observed_at" + direction + ", id" + direction;
        return """
                select found.id, found.observed_at,
                    json_remove(j.record, '$.raw', '$.spec', '$.result', '$.logs') as record,
                    j.state_since, j.stuck, w.id as watch, w.health, case when w.state = 'ACTIVE' and not w.claimed then w.due_at end as due
                from (select id, observed_at from job_list j where %s order by %s limit :limit) found
                join job j on j.id = found.id
                left join watch w on w.id = j.watch_id and w.state <> 'REMOVED'
                order by found.%s""".formatted(conditions, ordered, ordered.replace(" id", " found.id"));
    }

    private static void anyOf(
            StringBuilder conditions, Map<String, Object> bindings, String column, Set<String> values) {
        if (!values.isEmpty()) {
            // With a plus: never by an index of that column, which would sort all that it finds for every page.
            conditions.append(" and +%1$s in (select value from json_each(:%1$s))".formatted(column));
            bindings.put(column, Json.write(values));
        }
    }

    /**
     * A job by itself.
     *
     * @param sequence of its last change
     * @param record JSON, complete
     */
    public record Job(String id, long sequence, String record) {}

    /** The job as it was at its last change. */
    public Optional<Job> find(String id) {
        return database.read(handle -> handle.createQuery("select sequence, record from job where id = :id")
                .bind("id", id)
                .map((row, context) -> new Job(id, row.getLong("sequence"), row.getString("record")))
                .findOne());
    }

    /**
     * Jobs of an API that are in the same state.
     *
     * @param api empty where a record names none
     */
    public record Count(String api, String state, long jobs) {
        public Count {
            requireNonNull(api, "api is null");
            requireNonNull(state, "state is null");
        }
    }

    /** How many jobs of each API are in each state: a handful of rows, however many jobs there are. */
    public List<Count> counts() {
        return database.read(handle -> handle.createQuery("select api, state, jobs from job_count")
                .map((row, context) -> new Count(row.getString(1), row.getString(2), row.getLong(3)))
                .list());
    }

    /** How many jobs are in each state. */
    public Map<String, Long> states() {
        return database.read(
                handle -> Counts.of(handle.createQuery("select state, count(*) from job_list group by state")));
    }
}
