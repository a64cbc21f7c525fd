package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import io.jobrelay.job.Change;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobState;
import io.jobrelay.job.Json;
import io.jobrelay.job.Progress;
import io.jobrelay.watch.Watch;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A job at its last change; times are the ledger's, but for the last two, which are the provider's.
 *
 * @param last what the next record of the job is compared with
 * @param watch the watch that brought its last change
 * @param stuck true if it is in its state for too long, and that is announced
 */
record KnownJob(
        Change.Last last,
        String watch,
        Instant changed,
        Instant stateSince,
        boolean stuck,
        @Nullable String created,
        @Nullable String updated) {
    static KnownJob of(ResultSet row) throws SQLException {
        String progress = row.getString("progress");
        return new KnownJob(
                new Change.Last(
                        JobState.valueOf(row.getString("state")),
                        row.getString("reason"),
                        row.getString("provider_state"),
                        progress == null ? null : Json.read(progress, Progress.class),
                        row.getInt("attempt"),
                        row.getLong("sequence")),
                row.getString("watch_id"),
                Instant.ofEpochMilli(row.getLong("changed_at")),
                Instant.ofEpochMilli(row.getLong("state_since")),
                row.getBoolean("stuck"),
                row.getString("create_time"),
                row.getString("update_time"));
    }

    /** What is known once that record has taken the place of what was known before. */
    static KnownJob after(@Nullable KnownJob before, String watch, JobRecord job, Instant now) {
        KnownJob sameState = before != null && before.last.state() == job.state() ? before : null;
        return new KnownJob(
                new Change.Last(
                        job.state(),
                        job.reason(),
                        job.providerState(),
                        job.progress(),
                        requireNonNull(job.attempt(), "a change is numbered"),
                        requireNonNull(job.sequence(), "a change is numbered")),
                watch,
                now,
                sameState == null ? now : sameState.stateSince,
                job.anomalies().contains(JobRecord.STUCK) || (sameState != null && sameState.stuck),
                Objects.toString(job.createTime(), null),
                Objects.toString(job.updateTime(), null));
    }

    /** True if the watch has brought its last change. */
    boolean changedBy(DueWatch due) {
        return watch.equals(due.id());
    }

    boolean changedByAnother(DueWatch due, Instant begun) {
        return changed.isAfter(begun) && !changedBy(due);
    }

    /** When it has been in its state for as long as the watch allows; never, where that is announced. */
    Instant overdueAt(Watch watched) {
        Duration allowed = watched.stuckAfter();
        return allowed == null || stuck || last.state().terminal() ? Instant.MAX : stateSince.plus(allowed);
    }
}
