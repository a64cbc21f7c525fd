package io.jobrelay.ledger;

import io.jobrelay.job.HealthChange;
import io.jobrelay.job.Json;
import io.jobrelay.watch.Watch;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * Which watches are blind: those that have had no good answer for longer than three times their longest pace. It is noticed
 * whether polls fail, hang or never begin. Time in which Jobrelay did not run does not count, so that after a pause each
 * watch has the chance to be polled first.
 */
public final class Blindness {
    private static final int MOST_AT_ONCE = 256;
    private static final int NAMED = 10;

    private static final String FIND = "select definition, failure, " + WatchHealth.COLUMNS
            + " from watch where state = 'ACTIVE' and %s limit :most";

    private final LedgerDatabase database;
    private final Announcements announcements;
    private final LedgerClock clock;

    public Blindness(LedgerDatabase database, Announcements announcements, LedgerClock clock) {
        this.database = database;
        this.announcements = announcements;
        this.clock = clock;
    }

    /** How many watches are blind, and the first of them. */
    public record Report(long count, List<BlindWatch> first) {
        /** Everything is seen. */
        public static final Report NONE = new Report(0, List.of());

        public Report {
            first = List.copyOf(first);
        }
    }

    /**
     * Announces watches of these accounts that have become blind and returns them, committed; at most 256 of each, so call again
     * for the others. To be called once the times of their last answers are noted.
     */
    public List<BlindWatch> notice(Collection<Lease> accounts) {
        long now = clock.millis();
        return accounts.stream()
                .map(account -> new Look(account, now))
                .filter(look -> !database.read(handle -> find(handle, look, 1)).isEmpty())
                .flatMap(look -> database.write(look.account, handle -> announce(handle, look)).stream())
                .toList();
    }

    private record Look(Lease account, long now) {}

    private static List<Found> find(Handle handle, Look look, int most) {
        return find(handle.createQuery(
                        FIND.formatted("not blind and account = :account and blind_at <= :now order by blind_at"))
                .bind("account", look.account.shard().name())
                .bind("now", look.now)
                .bind("most", most));
    }

    private List<BlindWatch> announce(Handle handle, Look look) {
        List<Found> blind = find(handle, look, MOST_AT_ONCE);
        Announcements.Batch announced = announcements.batch(handle);
        for (Found watch : blind) {
            watch.health.become(handle, watch.watch, watch.health.health(), true, watch.failure, announced, clock);
        }
        announced.write();
        return blind.stream().map(this::told).toList();
    }

    /** The watches that are blind. */
    public Report report() {
        return database.read(handle -> new Report(
                count(handle),
                find(handle.createQuery(FIND.formatted("blind order by id")).bind("most", NAMED)).stream()
                        .map(this::told)
                        .toList()));
    }

    static long count(Handle handle) {
        return handle.createQuery("select count(*) from watch where state = 'ACTIVE' and blind")
                .mapTo(Long.class)
                .one();
    }

    private record Found(Watch watch, WatchHealth health, HealthChange.@Nullable Failure failure) {}

    private static List<Found> find(Query query) {
        return query.map((row, context) -> {
                    String failure = row.getString("failure");
                    return new Found(
                            Json.read(row.getString("definition"), Watch.class),
                            WatchHealth.of(row),
                            failure == null ? null : Json.read(failure, HealthChange.Failure.class));
                })
                .list();
    }

    private BlindWatch told(Found found) {
        return new BlindWatch(
                found.watch,
                clock.told(found.health.unansweredSince()),
                found.health.health(),
                found.failure == null ? null : found.failure.message());
    }
}
