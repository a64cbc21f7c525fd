package io.jobrelay.ledger;

import io.jobrelay.job.HealthChange;
import io.jobrelay.watch.Watch;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The health of a watch as it was announced last.
 *
 * @param health {@code OK} or the kind of the last failure
 * @param healthSequence how often it has changed
 * @param stale true if it has had no good answer for too long
 * @param unansweredSince the last good answer, or when the watch was added, in the ledger's time
 */
record WatchHealth(String health, long healthSequence, boolean stale, Instant unansweredSince) {
    /** Selects it. */
    static final String COLUMNS =
            "health, health_sequence, stale, case when answered_at > added_at then answered_at else added_at end"
                    + " as unanswered_since";

    static WatchHealth of(ResultSet row) throws SQLException {
        return new WatchHealth(
                row.getString("health"),
                row.getLong("health_sequence"),
                row.getBoolean("stale"),
                Instant.ofEpochMilli(row.getLong("unanswered_since")));
    }

    /** Makes the watch's health this one and announces it, if it is another one than before. */
    void become(
            Handle handle,
            Watch watch,
            String now,
            boolean staleNow,
            HealthChange.@Nullable Failure failure,
            Announcements.Batch announced,
            LedgerClock clock) {
        if (health.equals(now) && stale == staleNow) {
            return;
        }
        HealthChange change = new HealthChange(
                new HealthChange.Subject(watch.id(), watch.api(), watch.account(), watch.parameters(), watch.labels()),
                now,
                health,
                staleNow,
                stale,
                stale || staleNow ? clock.inMachineTime(unansweredSince) : null,
                failure);
        handle.execute(
                "update watch set health = ?, health_sequence = ?, stale = ? where id = ?",
                now,
                healthSequence + 1,
                staleNow,
                watch.id());
        announced.add(change, healthSequence + 1, clock.millis());
    }
}
