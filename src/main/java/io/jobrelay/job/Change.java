package io.jobrelay.job;

import static io.jobrelay.job.JobState.PARTIALLY_SUCCEEDED;
import static io.jobrelay.job.JobState.PAUSED;
import static io.jobrelay.job.JobState.QUEUED;
import static io.jobrelay.job.JobState.RUNNING;
import static io.jobrelay.job.JobState.STARTING;
import static io.jobrelay.job.JobState.SUCCEEDED;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A record that differs from the last one of its job in state, reason or provider state; in progress too where the watch
 * asks for that. A job that does not move any more is a change as well, once.
 *
 * @param job the record after the change, numbered
 * @param previousState the state before, null for the first change of a job
 * @param previousReason the reason before, null where there was none
 * @param skippedStates states that the job must have been in between the two, in order, and that no poll has seen
 */
public record Change(
        JobRecord job,

        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable JobState previousState,

        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String previousReason,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<JobState> skippedStates) {
    private static final Set<JobState> BEFORE_RUNNING = Set.of(QUEUED, STARTING);
    private static final Set<JobState> AFTER_RUNNING = Set.of(SUCCEEDED, PARTIALLY_SUCCEEDED, PAUSED);

    public Change {
        requireNonNull(job, "job is null");
        skippedStates = List.copyOf(skippedStates);
    }

    /** What is remembered of a job from its last change: all that a later record is compared with. */
    public record Last(
            JobState state,
            @Nullable String reason,
            @Nullable String providerState,
            @Nullable Progress progress,
            int attempt,
            long sequence) {
        public Last {
            requireNonNull(state, "state is null");
        }

        /** True if the provider counts a further attempt. */
        private boolean begins(JobRecord record) {
            return record.attempt() != null && record.attempt() > attempt;
        }

        private boolean differsFrom(JobRecord record, boolean progressCounts) {
            return state != record.state()
                    || !Objects.equals(reason, record.reason())
                    || !Objects.equals(providerState, record.providerState())
                    || begins(record)
                    || (progressCounts && !Objects.equals(progress, record.progress()));
        }
    }

    /**
     * The change that {@code observed} makes to a job, or empty if it makes none. A job that left its end gets the anomaly
     * {@link JobRecord#TERMINAL_STATE_CHANGED} and, if it runs again, a new attempt; without the anomaly where the provider
     * itself counts a further attempt.
     *
     * @param overdue true if the job has been in its last state for too long and that was not reported yet: one that is in it
     *     still, and has not ended, gets the anomaly {@link JobRecord#STUCK}
     */
    public static Optional<Change> between(
            @Nullable Last last, JobRecord observed, boolean progressCounts, boolean overdue) {
        if (last == null) {
            int attempt = observed.attempt() == null ? 1 : Math.max(1, observed.attempt());
            return Optional.of(new Change(observed.numbered(attempt, 1, null), null, null, List.of()));
        }
        boolean stuck = overdue && last.state == observed.state() && !observed.terminal();
        if (!stuck && !last.differsFrom(observed, progressCounts)) {
            return Optional.empty();
        }
        boolean leftItsEnd = last.state.terminal() && last.state != observed.state();
        boolean begins = last.begins(observed);
        int attempt =
                begins ? observed.attempt() : leftItsEnd && !observed.terminal() ? last.attempt + 1 : last.attempt;
        String anomaly = leftItsEnd && !begins ? JobRecord.TERMINAL_STATE_CHANGED : stuck ? JobRecord.STUCK : null;
        JobRecord job = observed.numbered(attempt, last.sequence + 1, anomaly);
        return Optional.of(new Change(job, last.state, last.reason, skipped(last.state, observed.state())));
    }

    /** Only what is certain: a job can fail or be cancelled without ever having run, and not every provider starts one. */
    private static List<JobState> skipped(JobState from, JobState to) {
        return BEFORE_RUNNING.contains(from) && AFTER_RUNNING.contains(to) ? List.of(RUNNING) : List.of();
    }
}
