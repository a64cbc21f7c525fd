package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import io.jobrelay.job.Json;
import io.jobrelay.watch.Watch;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.generic.GenericType;
import org.jspecify.annotations.Nullable;

/**
 * The watches that the ledger looks after, to be looked through a page at a time. A page looks through so many at most,
 * whichever it finds: it may hold fewer than were asked for, even none, and the next page goes on behind them.
 */
public final class WatchIndex {
    /** A tenth of a second or two, when none of them is what is looked for. */
    static final int LOOKED_THROUGH = 10_000;

    private static final String COLUMNS = """
            select w.id, w.definition, w.source, w.state, w.health, w.failure, w.failures, w.blind, w.answered_at,
                (select n.name from lease l join node n on n.incarnation = l.owner
                    where l.shard = 'account/' || w.account) as node,
                case when w.state = 'ACTIVE' then w.due_at end as due,
                (select count(*) from job j where j.watch_id = w.id) as jobs
            from watch w where w.state <> 'REMOVED'""";

    private final LedgerDatabase database;

    public WatchIndex(LedgerDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /**
     * Which watches; an empty part lets all through.
     *
     * @param blind true for those only that are blind
     */
    public record Filter(Set<String> apis, Set<String> accounts, Set<String> healths, boolean blind) {
        public Filter {
            apis = Set.copyOf(apis);
            accounts = Set.copyOf(accounts);
            healths = Set.copyOf(healths);
        }
    }

    /**
     * A watch and how it fares.
     *
     * @param source the file it stands in, or {@link Watches#FROM_API}
     * @param ended true if its job has ended, so that it is polled no more
     * @param node the name of the node that polls it, null while none does, and where there is but one
     * @param health {@code OK} or the kind of its last failure
     * @param failure what that failure said, as JSON, null where the last poll was answered
     * @param failures polls that have failed in a row
     * @param blind true if it has had no good answer for far too long
     * @param answered the last good answer, null before the first
     * @param nextPoll null where its job has ended
     * @param jobs how many jobs it has found
     */
    public record Item(
            String id,
            Watch watch,
            String source,
            boolean ended,
            @Nullable String node,
            String health,
            @Nullable String failure,
            int failures,
            boolean blind,
            @Nullable Instant answered,
            @Nullable Instant nextPoll,
            long jobs) {
        public Item {
            requireNonNull(watch, "watch is null");
            requireNonNull(source, "source is null");
        }
    }

    /**
     * Some watches.
     *
     * @param next the id that the next page begins behind, empty where there is none
     */
    public record Page(List<Item> items, Optional<String> next) {
        public Page {
            items = List.copyOf(items);
            requireNonNull(next, "next is null");
        }
    }

    /** At most so many watches in order of their ids, behind that one. */
    public Page page(Filter filter, @Nullable String after, int limit) {
        return database.read(handle -> {
            String begin = after == null ? "" : after;
            String among = filter.blind() ? "state = 'ACTIVE' and blind" : "true";
            Optional<String> end = handle.createQuery("""
                            select id from watch where %s and id > :after
                            order by id limit 1 offset :lookedThrough - 1""".formatted(among))
                    .bind("after", begin)
                    .bind("lookedThrough", LOOKED_THROUGH)
                    .mapTo(String.class)
                    .findOne();
            List<Item> found = handle.createQuery(
                            COLUMNS + (end.isPresent() ? " and w.id <= :end" : "") + """

                            and w.id > :after and %s
                            and (:apis = '[]' or w.api in (select value from <elements>(:apis)))
                            and (:accounts = '[]' or w.account in (select value from <elements>(:accounts)))
                            and (:healths = '[]' or w.health in (select value from <elements>(:healths)))
                            order by w.id limit :limit + 1""".formatted(among))
                    .bind("after", begin)
                    .bind("end", end.orElse(""))
                    .bind("apis", Json.write(filter.apis()))
                    .bind("accounts", Json.write(filter.accounts()))
                    .bind("healths", Json.write(filter.healths()))
                    .bind("limit", limit)
                    .map((row, context) -> item(row))
                    .list();
            return found.size() > limit
                    ? new Page(
                            found.subList(0, limit),
                            Optional.of(found.get(limit - 1).id()))
                    : new Page(found, end);
        });
    }

    /** The watch, unless it has been removed. */
    public Optional<Item> find(String id) {
        return database.read(handle -> handle.createQuery(COLUMNS + " and w.id = :id")
                .bind("id", id)
                .map((row, context) -> item(row))
                .findOne());
    }

    private static Item item(ResultSet row) throws SQLException {
        return new Item(
                row.getString("id"),
                Json.read(row.getString("definition"), Watch.class),
                row.getString("source"),
                row.getString("state").equals("ENDED"),
                row.getString("node"),
                row.getString("health"),
                row.getString("failure"),
                row.getInt("failures"),
                row.getBoolean("blind"),
                Times.instant(row, "answered_at"),
                Times.instant(row, "due"),
                row.getLong("jobs"));
    }

    /** The ids of jobs that the watch has found, in order, at most so many. */
    public List<String> jobs(String id, int limit) {
        return database.read(
                handle -> handle.createQuery("select id from job where watch_id = :id order by id limit :limit")
                        .bind("id", id)
                        .bind("limit", limit)
                        .mapTo(String.class)
                        .list());
    }

    /**
     * A reply that could not be made out.
     *
     * @param number unique among all of them
     * @param bytes how long it is
     */
    public record Unreadable(
            long number,
            Instant received,
            String cause,
            int httpStatus,
            @Nullable String contentType,
            long bytes) {}

    /** The unreadable replies of the watch that are kept, a few, the newest first. */
    public List<Unreadable> unreadable(String id) {
        return database.read(handle -> handle.createQuery("""
                        select id, received_at, cause, http_status, content_type, length(body) as bytes
                        from unreadable_reply where watch_id = :id order by id desc""")
                .bind("id", id)
                .map((row, context) -> new Unreadable(
                        row.getLong("id"),
                        Instant.ofEpochMilli(row.getLong("received_at")),
                        row.getString("cause"),
                        row.getInt("http_status"),
                        row.getString("content_type"),
                        row.getLong("bytes")))
                .list());
    }

    /** The body of an unreadable reply, as it was received. */
    public Optional<byte[]> unreadable(String id, long number) {
        return database.read(handle -> handle.createQuery(
                        "select body from unreadable_reply where watch_id = :watch and id = :number")
                .bind("watch", id)
                .bind("number", number)
                .mapTo(byte[].class)
                .findOne());
    }

    /** How many watches are blind. */
    public long blind() {
        return database.read(handle -> handle.createQuery("select count(*) from watch where state = 'ACTIVE' and blind")
                .mapTo(Long.class)
                .one());
    }

    /** How many watches have each health. */
    public Map<String, Long> healths() {
        return database.read(handle -> handle.createQuery(
                        "select health, count(*) as watches from watch where state <> 'REMOVED' group by health")
                .setMapKeyColumn("health")
                .setMapValueColumn("watches")
                .collectInto(new GenericType<TreeMap<String, Long>>() {}));
    }
}
