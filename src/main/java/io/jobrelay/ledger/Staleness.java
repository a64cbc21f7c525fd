package io.jobrelay.ledger;

import io.jobrelay.job.HealthChange;
import io.jobrelay.job.Json;
import io.jobrelay.watch.Watch;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Which watches are stale: those that have had no good answer for longer than three times their longest pace, whether polls
 * fail, hang or never begin. Time in which Jobrelay did not run does not count, so that after a pause each watch has the chance
 * to be polled first.
 */
public final class Staleness {
    private static final int MOST_AT_ONCE = 256;
    private static final int NAMED = 10;

    private static final String FIND = "select definition, failure, " + WatchHealth.COLUMNS
            + " from watch where state = 'ACTIVE' and %s limit :most";

    private static final String BECOME_STALE =
            FIND.formatted("not stale and account = :account and stale_at <= :now order by stale_at");

    private final LedgerDatabase database;
    private final Announcements announcements;
    private final LedgerClock clock;

    public Staleness(LedgerDatabase database, Announcements announcements, LedgerClock clock) {
        this.database = database;
        this.announcements = announcements;
        this.clock = clock;
    }

    /**
     * A watch that has had no good answer for too long.
     *
     * @param since its last good answer, or when it was added, in the machine's time
     * @param health the kind of its last failure, {@code OK} if no poll has ended since
     * @param failure what that failure said, null where nothing is known
     */
    public record StaleWatch(
            Watch watch,
            Instant since,
            String health,
            @Nullable String failure) {}

    /** How many watches are stale, and the first of them. */
    public record Report(long count, List<StaleWatch> first) {
        /** No watch is stale. */
        public static final Report NONE = new Report(0, List.of());

        public Report {
            first = List.copyOf(first);
        }
    }

    private record Found(Watch watch, WatchHealth health, HealthChange.@Nullable Failure failure) {}

    /**
     * Announces watches of these accounts that have become stale and returns them, committed; at most 256 of each, so call again
     * for the others. To be called once the times of their last answers are noted.
     */
    public List<StaleWatch> notice(Collection<Lease> accounts) {
        Instant now = clock.instant();
        return accounts.stream()
                .filter(account -> !database.read(handle -> find(handle, BECOME_STALE, account, now, 1))
                        .isEmpty())
                .flatMap(account -> database.write(account, handle -> announce(handle, account, now)).stream())
                .toList();
    }

    private List<StaleWatch> announce(Handle handle, Lease account, Instant now) {
        List<Found> stale = find(handle, BECOME_STALE, account, now, MOST_AT_ONCE);
        Announcements.Batch announced = announcements.batch(handle);
        for (Found watch : stale) {
            watch.health.become(handle, watch.watch, watch.health.health(), true, watch.failure, announced, clock);
        }
        announced.write();
        return stale.stream().map(this::staleWatch).toList();
    }

    /** The watches that are stale. */
    public Report report() {
        return database.read(handle -> new Report(
                count(handle),
                find(handle, FIND.formatted("stale order by id"), null, clock.instant(), NAMED).stream()
                        .map(this::staleWatch)
                        .toList()));
    }

    static long count(Handle handle) {
        return handle.createQuery("select count(*) from watch where state = 'ACTIVE' and stale")
                .mapTo(Long.class)
                .one();
    }

    private static List<Found> find(Handle handle, String sql, @Nullable Lease account, Instant now, int most) {
        return handle.createQuery(sql)
                .bind("account", account == null ? null : account.shard().name())
                .bind("now", now)
                .bind("most", most)
                .map((row, context) -> {
                    String failure = row.getString("failure");
                    return new Found(
                            Json.read(row.getString("definition"), Watch.class),
                            WatchHealth.of(row),
                            failure == null ? null : Json.read(failure, HealthChange.Failure.class));
                })
                .list();
    }

    private StaleWatch staleWatch(Found found) {
        return new StaleWatch(
                found.watch,
                clock.inMachineTime(found.health.unansweredSince()),
                found.health.health(),
                found.failure == null ? null : found.failure.message());
    }
}
