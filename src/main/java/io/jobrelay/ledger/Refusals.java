package io.jobrelay.ledger;

import io.jobrelay.job.HealthChange;
import io.jobrelay.job.HealthChange.Failure;
import io.jobrelay.job.Json;
import io.jobrelay.watch.Watch;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which watches are refused: they are kept and shown, and not polled until what is wrong with them is corrected. Those of files
 * are put and refused with their {@link SourceReplacement file}.
 */
public final class Refusals {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.watches");
    private static final int MOST_AT_ONCE = 1_000;
    private static final int NAMED = 10;

    private static final String ADDED =
            "update watch set %s, due_at = :now, edit = edit + 1 where id in (select id from watch where source = '"
                    + Watches.FROM_API + "' and api = :api and account = :account and state = '%s' limit :most)";

    private static final String REFUSE = ADDED.formatted("state = 'REFUSED', failure = :failure", "ACTIVE");
    private static final String RESUME =
            ADDED.formatted("state = 'ACTIVE', failure = null, stale_at = :now + stale_after", "REFUSED");

    private final LedgerDatabase database;
    private final Announcements announcements;
    private final LedgerClock clock;

    public Refusals(LedgerDatabase database, Announcements announcements, LedgerClock clock) {
        this.database = database;
        this.announcements = announcements;
        this.clock = clock;
    }

    /** A watch that is refused, and why. */
    public record RefusedWatch(String id, String api, String account, String cause) {}

    /** How many watches are refused, and the first of them. */
    public record Report(long count, List<RefusedWatch> first) {
        /** No watch is refused. */
        public static final Report NONE = new Report(0, List.of());

        public Report {
            first = List.copyOf(first);
        }
    }

    private record Pair(String api, String account, String state) {}

    /**
     * Refuses watches that were added one by one, and lets those be polled again that were refused and are not any more.
     *
     * @param refusal why a watch of that API and that account is refused; empty if it is not
     */
    public void review(BiFunction<String, String, Optional<String>> refusal) {
        database.list(
                        "select distinct api, account, state from watch where source = '" + Watches.FROM_API
                                + "' and state <> 'REMOVED'",
                        Pair.class)
                .forEach(pair -> {
                    Optional<String> cause = refusal.apply(pair.api, pair.account);
                    if (cause.isPresent() && pair.state.equals("ACTIVE")) {
                        edit(REFUSE, pair, new Failure(null, null, cause.get()));
                        LOG.error(
                                "watches of api={} and account={} that were added are refused, and polled again once that"
                                        + " is corrected: {}",
                                pair.api,
                                pair.account,
                                cause.get());
                    } else if (cause.isEmpty() && pair.state.equals(HealthChange.REFUSED)) {
                        edit(RESUME, pair, null);
                    }
                });
    }

    private void edit(String sql, Pair pair, @Nullable Failure failure) {
        int edited;
        do {
            edited = database.edit(
                    Set.of(Shard.account(pair.account)),
                    handle -> handle.createUpdate(sql)
                            .bindByType("failure", failure, Failure.class)
                            .bind("now", clock.millis())
                            .bind("api", pair.api)
                            .bind("account", pair.account)
                            .bind("most", MOST_AT_ONCE)
                            .execute());
        } while (edited == MOST_AT_ONCE);
    }

    /** Announces watches of these accounts that have come to be refused; at most a thousand of each, so call again for the others. */
    public boolean notice(Collection<Lease> accounts) {
        return accounts.stream()
                .filter(account -> !database.read(handle -> unannounced(handle, account, 1))
                        .isEmpty())
                .map(account -> database.write(account, handle -> announce(handle, account)))
                .reduce(false, Boolean::logicalOr);
    }

    private record Unannounced(Watch watch, WatchHealth health, Failure failure) {}

    private static List<Unannounced> unannounced(Handle handle, Lease account, int most) {
        return handle.createQuery(
                        "select definition, failure, " + WatchHealth.COLUMNS
                                + " from watch where state = 'REFUSED' and account = :account and health <> 'REFUSED' limit :most")
                .bind("account", account.shard().name())
                .bind("most", most)
                .map((row, context) -> new Unannounced(
                        Json.read(row.getString("definition"), Watch.class),
                        WatchHealth.of(row),
                        Json.read(row.getString("failure"), Failure.class)))
                .list();
    }

    private boolean announce(Handle handle, Lease account) {
        List<Unannounced> refused = unannounced(handle, account, MOST_AT_ONCE);
        Announcements.Batch announced = announcements.batch(handle);
        for (Unannounced each : refused) {
            each.health.become(
                    handle, each.watch, HealthChange.REFUSED, each.health.stale(), each.failure, announced, clock);
        }
        announced.write();
        return refused.size() == MOST_AT_ONCE;
    }

    /** The watches that are refused. */
    public Report report() {
        return database.read(handle -> new Report(
                handle.createQuery("select count(*) from watch where state = 'REFUSED'")
                        .mapTo(Long.class)
                        .one(),
                handle.createQuery("select id, api, account, failure from watch where state = 'REFUSED' limit :most")
                        .bind("most", NAMED)
                        .map((row, context) -> new RefusedWatch(
                                row.getString("id"),
                                row.getString("api"),
                                row.getString("account"),
                                String.valueOf(Json.read(row.getString("failure"), Failure.class)
                                        .message())))
                        .list()));
    }
}
