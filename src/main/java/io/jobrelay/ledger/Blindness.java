package io.jobrelay.ledger;

import io.jobrelay.job.HealthChange;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.GroupCommit.Batch;
import io.jobrelay.watch.Watch;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Which watches are blind: those that have had no good answer for longer than three times their longest pace. It is noticed
 * whether polls fail, hang or never begin. Time in which Jobrelay did not run does not count, so that after a pause each
 * watch has the chance to be polled first.
 */
public final class Blindness {
    private static final int MOST_AT_ONCE = 256;
    private static final int NAMED = 10;

    private final LedgerDatabase database;
    private final Announcements announcements;
    private final LedgerClock clock;
    private final Batch<Look, List<BlindWatch>> notices = Batch.under(
            Look::account,
            (handle, looks) -> looks.stream().map(look -> noticed(handle, look)).toList());

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
                .filter(account -> database.<Boolean>read(handle -> handle.createQuery("""
                                select exists (select 1 from watch
                                    where state = 'ACTIVE' and not blind and account = :account and blind_at <= :now)""")
                        .bind("account", account.shard().name())
                        .bind("now", now)
                        .mapTo(Boolean.class)
                        .one()))
                .flatMap(account -> database.write(notices, new Look(account, now)).stream())
                .toList();
    }

    private record Look(Lease account, long now) {}

    private List<BlindWatch> noticed(Handle handle, Look look) {
        List<Noticed> noticed = handle.createQuery("""
                        select definition, failure, %s from watch
                        where state = 'ACTIVE' and not blind and blind_at <= :now and account = :account
                        order by blind_at limit :most""".formatted(WatchHealth.COLUMNS))
                .bind("now", look.now)
                .bind("account", look.account.shard().name())
                .bind("most", MOST_AT_ONCE)
                .map((row, context) -> noticed(row))
                .list();
        Announcements.Batch announced = announcements.batch(handle);
        for (Noticed watch : noticed) {
            watch.health.become(handle, watch.watch, watch.health.health(), true, watch.failure, announced, clock);
        }
        announced.write();
        return noticed.stream().map(this::told).toList();
    }

    /** The watches that are blind. */
    public Report report() {
        return database.read(handle -> {
            long count = handle.createQuery("select count(*) from watch where state = 'ACTIVE' and blind")
                    .mapTo(Long.class)
                    .one();
            return count == 0
                    ? Report.NONE
                    : new Report(
                            count,
                            handle.createQuery("""
                                            select definition, failure, %s from watch
                                            where state = 'ACTIVE' and blind order by id limit :most""".formatted(WatchHealth.COLUMNS))
                                    .bind("most", NAMED)
                                    .map((row, context) -> told(noticed(row)))
                                    .list());
        });
    }

    private record Noticed(Watch watch, WatchHealth health, HealthChange.@Nullable Failure failure) {}

    private static Noticed noticed(ResultSet row) throws SQLException {
        String failure = row.getString("failure");
        return new Noticed(
                Json.read(row.getString("definition"), Watch.class),
                WatchHealth.of(row),
                failure == null ? null : Json.read(failure, HealthChange.Failure.class));
    }

    private BlindWatch told(Noticed noticed) {
        return new BlindWatch(
                noticed.watch,
                clock.told(noticed.health.unansweredSince()),
                noticed.health.health(),
                noticed.failure == null ? null : noticed.failure.message());
    }
}
