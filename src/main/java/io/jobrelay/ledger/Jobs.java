package io.jobrelay.ledger;

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
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The jobs as they were at their last changes. */
final class Jobs {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.ledger");

    private Jobs() {}

    /**
     * What is known of a job; times are the ledger's.
     *
     * @param last what the next record of the job is compared with
     * @param watch the watch that brought its last change
     * @param told true if it is stuck and that has been told
     */
    record Known(Change.Last last, String watch, Instant changed, Instant stateSince, boolean told) {
        boolean changedByAnother(DueWatch due) {
            return changed.isAfter(due.claimed()) && !watch.equals(due.watch().id());
        }

        /** True if the job has been in its state for longer than the watch allows, and nobody knows. */
        boolean overdue(Watch watched, Instant now) {
            Duration allowed = watched.stuckAfter();
            return allowed != null && !told && Duration.between(stateSince, now).compareTo(allowed) > 0;
        }
    }

    /** Null for a job that is not known yet. */
    static @Nullable Known find(Handle handle, String id) {
        return handle.createQuery("""
                        select state, reason, provider_state, progress, attempt, sequence,
                            watch_id, changed_at, state_since, stuck from job where id = :id""")
                .bind("id", id)
                .map((row, context) -> new Known(
                        last(row),
                        row.getString("watch_id"),
                        Instant.ofEpochMilli(row.getLong("changed_at")),
                        Instant.ofEpochMilli(row.getLong("state_since")),
                        row.getBoolean("stuck")))
                .findOne()
                .orElse(null);
    }

    /**
     * True for an answer from before the last change, as a replica gives that lags behind: by the provider's own account it
     * was updated earlier, or it is of an earlier job than the one that the watch has come to. A time that lies in the
     * future says nothing.
     */
    static boolean outdated(Handle handle, Watch watch, JobRecord record, Instant now) {
        boolean outdated = handle.createQuery("""
                        select id, record ->> 'createTime' as created, record ->> 'updateTime' as updated from job
                        where id = :id or (watch_id = :watch and not :list)""")
                .bind("id", record.id())
                .bind("watch", watch.id())
                .bind("list", watch.list())
                .map((row, context) -> row.getString("id").equals(record.id())
                        ? isBefore(record.updateTime(), row.getString("updated"), now)
                        : isBefore(record.createTime(), row.getString("created"), now))
                .list()
                .contains(true);
        if (outdated) {
            LOG.info("job={} was answered from before its last change, which is left out", record.id());
        }
        return outdated;
    }

    private static boolean isBefore(@Nullable Instant time, @Nullable String last, Instant now) {
        if (time == null || last == null) {
            return false;
        }
        Instant known = Instant.parse(last);
        return time.isBefore(known) && !known.isAfter(now);
    }

    /** Puts the job in the place of what it was before. */
    static void put(Handle handle, Watch watch, JobRecord job, Instant now) {
        handle.createUpdate("""
                        insert into job (id, watch_id, state, terminal, reason, provider_state, progress, attempt, sequence,
                            record, changed_at, state_since, stuck)
                        values (:id, :watch, :state, :terminal, :reason, :providerState, :progress, :attempt, :sequence,
                            :record, :now, :now, :stuck)
                        on conflict (id) do update set
                            watch_id = excluded.watch_id, state = excluded.state, terminal = excluded.terminal,
                            reason = excluded.reason, provider_state = excluded.provider_state,
                            progress = excluded.progress, attempt = excluded.attempt, sequence = excluded.sequence,
                            record = excluded.record, changed_at = excluded.changed_at,
                            state_since = case when state = excluded.state then state_since else excluded.state_since end,
                            stuck = case when state = excluded.state then max(stuck, excluded.stuck) else 0 end""")
                .bind("id", job.id())
                .bind("watch", watch.id())
                .bind("state", job.state().name())
                .bind("terminal", job.terminal())
                .bind("reason", job.reason())
                .bind("providerState", job.providerState())
                .bind("progress", job.progress() == null ? null : Json.write(job.progress()))
                .bind("attempt", job.attempt())
                .bind("sequence", job.sequence())
                .bind("record", Json.write(job))
                .bind("now", now.toEpochMilli())
                .bind("stuck", job.anomalies().contains(JobRecord.STUCK))
                .execute();
    }

    private static Change.Last last(ResultSet row) throws SQLException {
        String progress = row.getString("progress");
        return new Change.Last(
                JobState.valueOf(row.getString("state")),
                row.getString("reason"),
                row.getString("provider_state"),
                progress == null ? null : Json.read(progress, Progress.class),
                row.getInt("attempt"),
                row.getLong("sequence"));
    }
}
