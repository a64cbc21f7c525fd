package io.jobrelay.ledger;

import io.jobrelay.job.Change;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobState;
import io.jobrelay.job.Json;
import io.jobrelay.job.Progress;
import io.jobrelay.watch.Watch;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The jobs as they were at their last changes. */
final class Jobs {
    private Jobs() {}

    /** What the next record of the job is compared with; null for a job that is not known yet. */
    static Change.@Nullable Last last(Handle handle, String id) {
        return handle.createQuery(
                        "select state, reason, provider_state, progress, attempt, sequence from job where id = :id")
                .bind("id", id)
                .map((row, context) -> last(row))
                .findOne()
                .orElse(null);
    }

    /** Puts the job in the place of what it was before. */
    static void put(Handle handle, Watch watch, JobRecord job) {
        handle.createUpdate("""
                        insert into job (id, watch_id, state, terminal, reason, provider_state, progress, attempt, sequence, record)
                        values (:id, :watch, :state, :terminal, :reason, :providerState, :progress, :attempt, :sequence, :record)
                        on conflict (id) do update set
                            watch_id = excluded.watch_id, state = excluded.state, terminal = excluded.terminal,
                            reason = excluded.reason, provider_state = excluded.provider_state,
                            progress = excluded.progress, attempt = excluded.attempt, sequence = excluded.sequence,
                            record = excluded.record""")
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
