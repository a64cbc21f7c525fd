package io.jobrelay.job;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A record that differs from the last one of its job in state, reason or provider state; in progress too where the watch
 * asks for that.
 *
 * @param job the record after the change, numbered
 * @param previousState the state before, null for the first change of a job
 * @param previousReason the reason before, null where there was none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Change(
        JobRecord job,
        @Nullable JobState previousState,
        @Nullable String previousReason) {
    public Change {
        requireNonNull(job, "job is null");
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

        private boolean differsFrom(JobRecord record, boolean progressCounts) {
            return state != record.state()
                    || !Objects.equals(reason, record.reason())
                    || !Objects.equals(providerState, record.providerState())
                    || (progressCounts && !Objects.equals(progress, record.progress()));
        }
    }

    /**
     * The change that {@code observed} makes to a job, or empty if it makes none. A job that ran on after its end gets
     * a new attempt, and the anomaly {@link JobRecord#TERMINAL_STATE_CHANGED} tells of it.
     */
    public static Optional<Change> between(@Nullable Last last, JobRecord observed, boolean progressCounts) {
        if (last == null) {
            return Optional.of(new Change(observed.numbered(1, 1, null), null, null));
        }
        if (!last.differsFrom(observed, progressCounts)) {
            return Optional.empty();
        }
        boolean leftItsEnd = last.state.terminal() && last.state != observed.state();
        boolean runsAgain = leftItsEnd && !observed.terminal();
        JobRecord job = observed.numbered(
                runsAgain ? last.attempt + 1 : last.attempt,
                last.sequence + 1,
                leftItsEnd ? JobRecord.TERMINAL_STATE_CHANGED : null);
        return Optional.of(new Change(job, last.state, last.reason));
    }
}
