package io.jobrelay.ledger;

import io.jobrelay.job.Json;
import io.jobrelay.watch.Watch;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Takes along, with watches that were claimed, those that the same list call answers. It may do so somewhat before they are
 * due: asked together once, they are due together from then on.
 */
public final class Companions {
    /** The tenth part of what a watch waits since its last answer, and no more than this. */
    private static final Duration EARLIEST = Duration.ofMinutes(5);

    /** Of which it is not known yet whether they have companions; so many are looked at in one transaction. */
    private static final int LOOKED_AT = 1_000;

    private final LedgerDatabase database;
    private final LedgerClock clock;
    private final NodeLease lease;
    private final Function<Watch, String> group;

    /**
     * @param lease of the node that has claimed the others
     * @param group of a watch, as a text; empty if it can be asked only by itself
     */
    public Companions(LedgerDatabase database, LedgerClock clock, NodeLease lease, Function<Watch, String> group) {
        this.database = database;
        this.clock = clock;
        this.lease = lease;
        this.group = group;
    }

    /**
     * Claims watches of these groups that are due, or nearly so.
     *
     * @param api that of the groups
     * @param account that of the groups
     * @param node the incarnation of the node that has claimed the others: what it has lost since, it has not won by this
     * @param most how many at most, those first that have been due longest
     */
    public List<DueWatch> join(String api, String account, Collection<String> groups, String node, int most) {
        return lease.claim(
                node,
                () -> database.write(handle -> {
                    learn(handle, api, account);
                    return take(handle, groups, most, new Claim(node, clock.instant(), clock.begin()));
                }));
    }

    private void learn(Handle handle, String api, String account) {
        List<Map.Entry<String, String>> unknown = handle.createQuery("""
                        select id, definition from watch
                        where state = 'ACTIVE' and together is null and account = :account and api = :api limit :most""")
                .bind("api", api)
                .bind("account", account)
                .bind("most", LOOKED_AT)
                .map((row, context) -> Map.entry(row.getString(1), row.getString(2)))
                .list();
        if (unknown.isEmpty()) {
            return;
        }
        PreparedBatch known = handle.prepareBatch("update watch set together = :group where id = :id");
        unknown.forEach(watch -> known.bind("group", group.apply(Json.read(watch.getValue(), Watch.class)))
                .bind("id", watch.getKey())
                .add());
        known.execute();
    }

    private static List<DueWatch> take(Handle handle, Collection<String> groups, int most, Claim claim) {
        return claim.take(handle.createQuery("""
                        with due as materialized (
                            select id from watch where state = 'ACTIVE' and together > '' and together in (<groups>)
                                and not claimed and due_at <= :soon
                                and (due_at <= :now or failures = 0 and 10 * (due_at - :now) <= due_at - answered_at)
                            order by due_at limit :most <skipLocked>)
                        """ + Claim.OF_DUE)
                .bindList("groups", InList.of(groups))
                .bind("soon", claim.now().plus(EARLIEST).toEpochMilli())
                .bind("most", most));
    }
}
