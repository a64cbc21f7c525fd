package io.jobrelay.ledger;

import io.jobrelay.job.Json;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Lanes that PostgreSQL locks by numbers made of their names, all in one statement and from the lowest to the highest. Two
 * lanes of the same number wait for each other without need, which is seldom. The server has room for some thousands of
 * locks, so a transaction in very many lanes keeps everybody out of all of them instead.
 */
final class AdvisoryLanes implements Lanes {
    /** What locks of ours begin with, among those of whatever else is in the database. */
    private static final int OURS = 0x6a6f6272;

    private static final int MOST = 500;

    @Override
    public void enter(Handle handle, Collection<Lane> lanes) {
        List<Integer> numbers =
                lanes.stream().map(AdvisoryLanes::number).distinct().toList();
        if (numbers.size() > MOST) {
            handle.createQuery("select pg_advisory_xact_lock(:ours)::text")
                    .bind("ours", (long) OURS)
                    .mapTo(String.class)
                    .list();
        } else if (!numbers.isEmpty()) {
            handle.createQuery("""
                            select pg_advisory_xact_lock_shared(:all)::text
                            union all
                            select pg_advisory_xact_lock(:ours, number)::text
                            from (select value::integer as number from json_array_elements_text(:numbers) order by 1) sorted""")
                    .bind("all", (long) OURS)
                    .bind("ours", OURS)
                    .bind("numbers", Json.write(numbers))
                    .mapTo(String.class)
                    .list();
        }
    }

    /** The same in every process. */
    private static int number(Lane lane) {
        return (lane.destination() + '\n' + lane.subject()).hashCode();
    }
}
