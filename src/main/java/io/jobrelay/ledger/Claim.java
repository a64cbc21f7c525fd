package io.jobrelay.ledger;

import io.jobrelay.job.Json;
import io.jobrelay.watch.Watch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.statement.Query;

/**
 * Takes watches for a node.
 *
 * @param node the incarnation that takes them
 * @param now in the ledger's time
 * @param begin when this process began, in the ledger's time
 */
record Claim(String node, Instant now, Instant begin) {
    /** How long a claimed watch is left alone if nothing is heard of it; far longer than a poll may take. */
    static final Duration LEASE = Duration.ofMinutes(15);

    /** Stands behind a query that calls the watches to be taken {@code due}, and has their {@code id}. */
    static final String OF_DUE = """
            update watch set claim = claim + 1, claimed = true, claimed_by = :node, planned_at = due_at, due_at = :lease
            where id in (select id from due)
            returning id, definition, claim, planned_at,
                (select count(*) from job where job.watch_id = watch.id)""";

    /** Takes what the query finds, which ends with {@link #OF_DUE}. */
    List<DueWatch> take(Query query) {
        return query.bind("node", node)
                .bind("now", now.toEpochMilli())
                .bind("lease", now.plus(LEASE).toEpochMilli())
                .map((row, context) -> new DueWatch(
                        row.getString(1),
                        Json.read(row.getString(2), Watch.class),
                        row.getLong(3),
                        node,
                        planned(Instant.ofEpochMilli(row.getLong(4))),
                        now,
                        row.getLong(5)))
                .list();
    }

    /** What was due before this process began is due since then; what is taken early is due now. */
    private Instant planned(Instant due) {
        Instant planned = due.isBefore(begin) ? begin : due;
        return planned.isBefore(now) ? planned : now;
    }
}
