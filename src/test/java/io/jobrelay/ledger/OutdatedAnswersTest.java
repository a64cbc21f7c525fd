package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobState;
import io.jobrelay.job.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** A provider whose replicas do not agree: one that lags behind answers after one that does not. */
@OnBothEngines
class OutdatedAnswersTest {
    private static final Instant NOON = Ledger.START.minus(Duration.ofHours(2));

    @Parameter
    Engine engine;

    @TempDir
    private Path directory;

    private Ledger ledger;

    @BeforeEach
    void opens() {
        ledger = Ledger.open(engine.ledger(directory));
    }

    @AfterEach
    void closes() {
        ledger.close();
    }

    @Test
    void an_answer_from_before_the_last_change_changes_nothing() {
        ledger.takeIn(job("a", JobState.SUCCEEDED, "updateTime", NOON.plusSeconds(60)));

        ledger.takeIn(job("a", JobState.RUNNING, "updateTime", NOON));

        assertThat(ledger.query("select state || sequence || attempt from job")).containsExactly("SUCCEEDED11");
    }

    @Test
    void an_answer_of_the_same_time_or_of_none_counts() {
        ledger.takeIn(job("a", JobState.QUEUED, "updateTime", NOON));
        ledger.takeIn(job("a", JobState.STARTING, "updateTime", NOON));
        ledger.takeIn(job("a", JobState.RUNNING, "startTime", NOON));
        ledger.takeIn(job("a", JobState.SUCCEEDED, "updateTime", NOON.minusSeconds(60)));

        assertThat(ledger.query("select state || sequence from job")).containsExactly("SUCCEEDED4");
    }

    /** A job that once claimed to be of the year 3000 would never change again. */
    @Test
    void a_time_in_the_future_says_nothing() {
        ledger.takeIn(job("a", JobState.RUNNING, "updateTime", Instant.parse("3000-01-01T00:00:00Z")));
        ledger.takeIn(job("a", JobState.SUCCEEDED, "updateTime", NOON));

        assertThat(ledger.query("select state from job")).containsExactly("SUCCEEDED");
    }

    @Test
    void an_end_from_the_past_ends_no_watch() {
        DueWatch due = ledger.dueOnly(Ledger.watch("a"));
        ledger.answered(due, List.of(job("a", JobState.RUNNING, "updateTime", NOON)))
                .join();
        ledger.clock.advance(Duration.ofMinutes(15));

        ledger.answered(ledger.due().get(0), List.of(job("a", JobState.FAILED, "updateTime", NOON.minusSeconds(1))))
                .join();

        assertThat(ledger.query("select state from watch")).containsExactly("ACTIVE");
        assertThat(ledger.query("select state from job")).containsExactly("RUNNING");
    }

    /** One status for one task after the other, as a data set's synchronisation has: the one before is not the present one. */
    @Test
    void the_end_of_the_task_before_ends_no_watch() {
        DueWatch due = ledger.dueOnly(Ledger.watch("a"));
        ledger.answered(due, List.of(job("second", JobState.RUNNING, "createTime", NOON)))
                .join();
        ledger.clock.advance(Duration.ofMinutes(15));

        ledger.answered(
                        ledger.due().get(0),
                        List.of(job("first", JobState.SUCCEEDED, "createTime", NOON.minusSeconds(1))))
                .join();

        assertThat(ledger.query("select state from watch")).containsExactly("ACTIVE");
        assertThat(ledger.query("select id from job")).containsExactly("second");
    }

    /** In a list, older jobs are nothing but older jobs. */
    @Test
    void an_older_job_of_a_list_is_taken_in() {
        ledger.takeIn(job("new", JobState.RUNNING, "createTime", NOON));
        ledger.takeIn(job("old", JobState.RUNNING, "createTime", NOON.minusSeconds(60)));

        assertThat(ledger.query("select id from job order by id")).containsExactly("new", "old");
    }

    private static JobRecord job(String id, JobState state, String time, Instant at) {
        return Json.read("""
                {"id": "%s", "kind": "DATA", "provider": {"name": "Acme", "service": "Batch", "api": "acme-job", "account": "acme"},
                 "state": "%s", "providerState": "%s", "%s": "%s", "raw": {}}""".formatted(id, state, state, time, at), JobRecord.class);
    }
}
