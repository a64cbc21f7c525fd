package io.jobrelay.job;

import static io.jobrelay.job.JobState.CANCELLED;
import static io.jobrelay.job.JobState.FAILED;
import static io.jobrelay.job.JobState.PARTIALLY_SUCCEEDED;
import static io.jobrelay.job.JobState.PAUSED;
import static io.jobrelay.job.JobState.QUEUED;
import static io.jobrelay.job.JobState.RUNNING;
import static io.jobrelay.job.JobState.STARTING;
import static io.jobrelay.job.JobState.SUCCEEDED;
import static io.jobrelay.job.JobState.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChangeTest {
    private static final String JOB = "acme-job/acme/1";

    @Test
    void the_first_record_of_a_job_is_a_change_from_nothing() {
        Change change = Change.between(null, JobRecords.of(JOB, SUCCEEDED), false, false)
                .orElseThrow();

        assertThat(change.previousState()).isNull();
        assertThat(change.previousReason()).isNull();
        assertThat(change.job().sequence()).isEqualTo(1);
        assertThat(change.job().attempt()).isEqualTo(1);
        assertThat(change.job().anomalies()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        // state, reason, provider state, percent; a change, and a change where progress counts
        "RUNNING,      , run, 10, false, false",
        "RUNNING,      , run, 11, false, true",
        "RUNNING,      , run,   , false, true",
        "RUNNING,  SLOW, run, 10, true,  true",
        "RUNNING,      , Run, 10, true,  true",
        "RUNNING,      ,    , 10, true,  true",
        "QUEUED,       , run, 10, true,  true",
        "SUCCEEDED,    , run, 10, true,  true",
    })
    void a_change_is_another_state_reason_or_provider_state(
            JobState state, String reason, String providerState, Integer percent, boolean plain, boolean progress) {
        Change.Last last = last(JobRecords.of(JOB, RUNNING, null, "run", 10), 1, 7);
        JobRecord observed = JobRecords.of(JOB, state, reason, providerState, percent);

        assertThat(Change.between(last, observed, false, false))
                .as("without progress")
                .matches(c -> c.isPresent() == plain);
        assertThat(Change.between(last, observed, true, false))
                .as("with progress")
                .matches(c -> c.isPresent() == progress);
    }

    @ParameterizedTest
    @CsvSource({
        "SUCCEEDED, RUNNING,   4, true",
        "CANCELLED, QUEUED,    4, true",
        "FAILED,    UNKNOWN,   4, true",
        "FAILED,    SUCCEEDED, 3, true",
        "SUCCEEDED, SUCCEEDED, 3, false",
        "RUNNING,   QUEUED,    3, false",
        "UNKNOWN,   FAILED,    3, false",
    })
    void a_job_that_leaves_its_end_is_an_anomaly_and_a_new_attempt_if_it_runs_again(
            JobState before, JobState after, int attempt, boolean anomaly) {
        Change.Last last = last(JobRecords.of(JOB, before, "BEFORE", "before", null), 3, 7);

        Change change = Change.between(last, JobRecords.of(JOB, after, "AFTER", "after", null), false, false)
                .orElseThrow();

        assertThat(change.job().attempt()).isEqualTo(attempt);
        assertThat(change.job().sequence()).isEqualTo(8);
        assertThat(change.previousState()).isEqualTo(before);
        assertThat(change.previousReason()).isEqualTo("BEFORE");
        assertThat(change.job().anomalies().contains(JobRecord.TERMINAL_STATE_CHANGED))
                .isEqualTo(anomaly);
    }

    /** A restart, a retry or a repair that the provider counts: the job comes back to life. */
    @ParameterizedTest
    @CsvSource({
        // before, after, the provider's attempt; ours after 3, and an anomaly
        "SUCCEEDED, RUNNING,   4, 4, false",
        "FAILED,    QUEUED,    9, 9, false",
        "FAILED,    SUCCEEDED, 4, 4, false",
        "RUNNING,   STARTING,  4, 4, false",
        "RUNNING,   RUNNING,   4, 4, false",
        "FAILED,    RUNNING,   3, 4, true",
        "FAILED,    RUNNING,   1, 4, true",
        "RUNNING,   QUEUED,    2, 3, false",
    })
    void an_attempt_that_the_provider_counts_is_no_anomaly(
            JobState before, JobState after, int counted, int attempt, boolean anomaly) {
        Change.Last last = last(JobRecords.of(JOB, before), 3, 7);
        JobRecord observed = JobRecords.of(JOB, after).numbered(counted, 0, null);

        Change change = Change.between(last, observed, false, false).orElseThrow();

        assertThat(change.job().attempt()).isEqualTo(attempt);
        assertThat(change.job().anomalies().contains(JobRecord.TERMINAL_STATE_CHANGED))
                .isEqualTo(anomaly);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "5, 5", "0, 1", "-1, 1"})
    void the_first_record_may_be_of_a_later_attempt(int counted, int attempt) {
        JobRecord observed = JobRecords.of(JOB, RUNNING).numbered(counted, 0, null);

        assertThat(Change.between(null, observed, false, false)
                        .orElseThrow()
                        .job()
                        .attempt())
                .isEqualTo(attempt);
    }

    @Test
    void the_same_attempt_or_an_earlier_one_is_no_change() {
        Change.Last last = last(JobRecords.of(JOB, RUNNING), 3, 7);

        assertThat(Change.between(last, JobRecords.of(JOB, RUNNING).numbered(3, 0, null), false, false))
                .isEmpty();
        assertThat(Change.between(last, JobRecords.of(JOB, RUNNING).numbered(2, 0, null), false, false))
                .isEmpty();
    }

    /** Over all pairs: what is said to have been skipped lies between the two on the way that AIP-216 draws, and is sure. */
    @Test
    void a_job_that_got_past_running_unseen_has_run() {
        for (JobState from : JobState.values()) {
            for (JobState to : JobState.values()) {
                Optional<Change> change =
                        Change.between(last(JobRecords.of(JOB, from), 1, 1), JobRecords.of(JOB, to), false, false);
                boolean hadNotRun = from == QUEUED || from == STARTING;
                boolean hasRun = to == SUCCEEDED || to == PARTIALLY_SUCCEEDED || to == PAUSED;

                assertThat(change.map(Change::skippedStates).orElse(List.of()))
                        .as("%s to %s", from, to)
                        .isEqualTo(hadNotRun && hasRun ? List.of(RUNNING) : List.of());
            }
        }
        assertThat(Change.between(null, JobRecords.of(JOB, SUCCEEDED), false, false)
                        .orElseThrow()
                        .skippedStates())
                .as("nobody knows what was before the first record")
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void a_job_that_is_overdue_in_its_state_is_stuck_unless_it_has_ended_or_moved(JobState state) {
        Change.Last last = last(JobRecords.of(JOB, RUNNING, "SLOW", "run", 10), 2, 7);
        Optional<Change> same = Change.between(last, JobRecords.of(JOB, RUNNING, "SLOW", "run", 10), false, true);
        Optional<Change> moved = Change.between(last, JobRecords.of(JOB, state, "SLOW", "run", 10), false, true);

        assertThat(same).hasValueSatisfying(change -> {
            assertThat(change.job().anomalies()).containsExactly(JobRecord.STUCK);
            assertThat(change.job().sequence()).isEqualTo(8);
            assertThat(change.job().attempt()).isEqualTo(2);
            assertThat(change.previousState()).isEqualTo(RUNNING);
            assertThat(change.previousReason()).isEqualTo("SLOW");
        });
        assertThat(moved.orElseThrow().job().anomalies().contains(JobRecord.STUCK))
                .isEqualTo(state == RUNNING);
        Change.Last ended = last(JobRecords.of(JOB, SUCCEEDED), 1, 1);
        assertThat(Change.between(ended, JobRecords.of(JOB, SUCCEEDED), false, true))
                .isEmpty();
    }

    @Test
    void a_stuck_job_that_changes_otherwise_is_one_change_with_its_anomalies_in_order() {
        Change.Last last = last(JobRecords.of(JOB, RUNNING, null, "run", 10), 1, 7);
        JobRecord odd = JobRecords.of(JOB, RUNNING, "SLOW", "run", 10, List.of("END_BEFORE_START", "UNPARSEABLE_TIME"));

        assertThat(Change.between(last, odd, false, true))
                .hasValueSatisfying(change -> assertThat(change.job().anomalies())
                        .containsExactly("END_BEFORE_START", "STUCK", "UNPARSEABLE_TIME"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void over_any_history_the_numbers_have_no_gap_and_attempts_count_the_times_that_it_ran_again(long seed) {
        Random random = new Random(seed);
        JobState[] states = {UNKNOWN, QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED};
        Change.Last last = null;
        JobRecord shown = null;
        long changes = 0;
        int runsAgain = 0;
        for (int poll = 0; poll < 2_000; poll++) {
            JobRecord observed = JobRecords.of(JOB, states[random.nextInt(states.length)]);
            Optional<Change> change = Change.between(last, observed, false, false);
            boolean same = shown != null && shown.state() == observed.state();
            assertThat(change.isEmpty()).isEqualTo(same);
            if (!same) {
                changes++;
                runsAgain += shown != null && shown.terminal() && !observed.terminal() ? 1 : 0;
                shown = change.orElseThrow().job();
                assertThat(shown.sequence()).isEqualTo(changes);
                assertThat(shown.attempt()).isEqualTo(1 + runsAgain);
                last = last(shown, 1 + runsAgain, changes);
            }
        }
        assertThat(runsAgain).isPositive();
    }

    private static Change.Last last(JobRecord job, int attempt, long sequence) {
        return new Change.Last(job.state(), job.reason(), job.providerState(), job.progress(), attempt, sequence);
    }
}
