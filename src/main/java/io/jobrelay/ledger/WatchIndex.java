package io.jobrelay.ledger;

import static java.util.Objects.requireNonNullElse;

import io.jobrelay.watch.Watch;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.generic.GenericType;
import org.jspecify.annotations.Nullable;

/**
 * The watches, to be looked through a page at a time. A page looks through so many at most, whichever it finds: it may hold
 * fewer than were asked for, even none, and the next page goes on behind them.
 */
public final class WatchIndex {
    /** A tenth of a second or two, when none of them is what is looked for. */
    static final int LOOKED_THROUGH = 10_000;

    private static final String ITEMS = """
            select w.id, w.definition as watch, w.source, w.state, w.health, w.failure, w.failures,
                w.stale, w.answered_at as answered,
                (select n.name from lease l join node n on n.incarnation = l.owner
                    where l.shard = 'account/' || w.account) as node,
                case when w.state = 'ACTIVE' then w.due_at end as next_poll,
                (select count(*) from job j where j.watch_id = w.id) as jobs
            from watch w where w.state <> 'REMOVED' and\s""";

    private final LedgerDatabase database;

    public WatchIndex(LedgerDatabase database) {
        this.database = database;
    }

    /**
     * Which watches; an empty part lets all through.
     *
     * @param stale true for those only that are stale
     */
    public record Filter(Set<String> apis, Set<String> accounts, Set<String> healths, boolean stale) {
        public Filter {
            apis = Set.copyOf(apis);
            accounts = Set.copyOf(accounts);
            healths = Set.copyOf(healths);
        }
    }

    /**
     * A watch and how it fares.
     *
     * @param source the file that names it, or {@link Watches#FROM_API}
     * @param state {@code ACTIVE}; {@code ENDED} once its job has ended, {@code REFUSED}: it is not polled
     * @param node the name of the node that polls it, null while none does, and where there is but one
     * @param health {@code OK}, {@code REFUSED} or the kind of its last failure
     * @param failure what that failure said, or why it is refused, as JSON; null where the last poll was answered
     * @param failures polls that have failed in a row
     * @param stale true if it has had no good answer for far too long
     * @param answered the last good answer, null before the first
     * @param nextPoll null where it is not polled
     * @param jobs how many jobs it has found
     */
    public record Item(
            String id,
            Watch watch,
            String source,
            String state,
            @Nullable String node,
            String health,
            @Nullable String failure,
            int failures,
            boolean stale,
            @Nullable Instant answered,
            @Nullable Instant nextPoll,
            long jobs) {}

    /** At most so many watches in order of their ids, behind that one. */
    public Page<Item, String> page(Filter filter, @Nullable String after, int limit) {
        return database.read(handle -> {
            String begin = requireNonNullElse(after, "");
            String among = "id > :after and " + (filter.stale() ? "state = 'ACTIVE' and stale" : "true");
            Optional<String> end = handle.createQuery(
                            "select id from watch where " + among + " order by id limit 1 offset :skipped")
                    .bind("after", begin)
                    .bind("skipped", LOOKED_THROUGH - 1)
                    .mapTo(String.class)
                    .findOne();
            List<Item> found = handle.createQuery(ITEMS + among + (end.isPresent() ? " and id <= :end" : "") + """

                            and (:apis = '[]' or w.api in (select value from <elements>(:apis)))
                            and (:accounts = '[]' or w.account in (select value from <elements>(:accounts)))
                            and (:healths = '[]' or w.health in (select value from <elements>(:healths)))
                            order by w.id limit :limit""")
                    .bindMethods(filter)
                    .bind("after", begin)
                    .bind("end", end.orElse(""))
                    .bind("limit", limit + 1)
                    .mapTo(Item.class)
                    .list();
            return Page.of(found, limit, Item::id, end);
        });
    }

    /** The watch, unless it has been removed. */
    public Optional<Item> find(String id) {
        return database.read(handle -> handle.createQuery(ITEMS + "w.id = :id")
                .bind("id", id)
                .mapTo(Item.class)
                .findOne());
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

    /** How many watches are stale. */
    public long stale() {
        return database.read(Staleness::count);
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
