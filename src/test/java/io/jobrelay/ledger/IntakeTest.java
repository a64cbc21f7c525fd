package io.jobrelay.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobrelay.job.Change;
import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.provider.UnreadableReply;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class IntakeTest {
    private static final String JOB = "acme-job/acme/1";

    @TempDir
    private Path directory;

    private Ledger ledger;

    @BeforeEach
    void opens() {
        ledger = Ledger.open(directory.resolve("ledger.db"));
    }

    @AfterEach
    void closes() {
        ledger.close();
    }

    @Test
    void a_change_is_numbered_kept_and_handed_to_the_router_with_its_final_bytes() {
        DueWatch due = ledger.claimOnly(Ledger.watch("1"));

        List<Change> changes = ledger.intake.answered(due, List.of(JobRecords.of(JOB, JobState.RUNNING)));

        assertThat(changes)
                .singleElement()
                .extracting(change -> change.job().sequence())
                .isEqualTo(1L);
        assertThat(ledger.outbox.claim(Outbox.CHANGES, 10)).singleElement().satisfies(delivery -> {
            assertThat(delivery.subject()).isEqualTo(JOB);
            assertThat(delivery.type()).isEqualTo("io.jobrelay.job.state_changed.v1");
            assertThat(delivery.sequence()).isEqualTo(1);
            assertThat(new String(delivery.event(), UTF_8))
                    .contains("\"id\":\"" + delivery.eventId() + "\"")
                    .contains("\"time\":\"2026-11-22T10:00:00Z\"", "\"sequence\":\"0000000001\"");
        });
    }

    @Test
    void what_was_seen_before_is_no_change() {
        ledger.takeIn(JobRecords.of(JOB, JobState.RUNNING, "SLOW", "run", 10));
        ledger.takeIn(JobRecords.of(JOB, JobState.RUNNING, "SLOW", "run", 90));

        assertThat(ledger.query("select sequence from change")).containsExactly("1");
    }

    @Test
    void progress_is_a_change_only_where_it_is_asked_for() {
        DueWatch due = ledger.claimOnly(Ledger.watch("1", "10s..5m", true));
        ledger.intake.answered(due, List.of(JobRecords.of(JOB, JobState.RUNNING, null, "run", 10)));
        ledger.clock.advance(Duration.ofSeconds(10));
        DueWatch again = ledger.claim().get(0);

        assertThat(ledger.intake.answered(again, List.of(JobRecords.of(JOB, JobState.RUNNING, null, "run", 11))))
                .hasSize(1);
        ledger.clock.advance(Duration.ofSeconds(10));
        assertThat(ledger.intake.answered(
                        ledger.claim().get(0), List.of(JobRecords.of(JOB, JobState.RUNNING, null, "run", 11))))
                .isEmpty();
    }

    @Test
    void the_numbers_of_each_job_have_no_gap() {
        for (int poll = 0; poll < 20; poll++) {
            JobState state = poll % 2 == 0 ? JobState.RUNNING : JobState.SUCCEEDED;
            ledger.takeIn(
                    JobRecords.of("a", state),
                    JobRecords.of("b", poll % 3 == 0 ? JobState.QUEUED : state),
                    JobRecords.of("c", JobState.RUNNING));
        }

        assertThat(ledger.query("""
                select subject || ' ' || (max(sequence) = count(*) and min(sequence) = 1) from change
                group by subject order by 1""")).containsExactly("a 1", "b 1", "c 1");
        assertThat(ledger.query("select attempt || ' ' || sequence from job order by id"))
                .containsExactly("10 20", "7 20", "1 1");
    }

    @Test
    void a_poll_that_cannot_be_taken_in_leaves_nothing() {
        ledger.takeIn(JobRecords.of("a", JobState.RUNNING));
        ledger.database.write(handle -> handle.execute("""
                create trigger poison before insert on job when new.id = 'poison'
                begin select raise(abort, 'poisoned'); end"""));
        List<String> before = everything();

        assertThatThrownBy(() -> ledger.takeIn(
                        JobRecords.of("a", JobState.FAILED),
                        JobRecords.of("b", JobState.RUNNING),
                        JobRecords.of("poison", JobState.RUNNING)))
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("poisoned");

        assertThat(everything()).isEqualTo(before);
        ledger.takeIn(JobRecords.of("a", JobState.FAILED));
        assertThat(ledger.query("select state || sequence from job where id = 'a'"))
                .containsExactly("FAILED2");
    }

    @Test
    void each_change_of_a_watchs_health_is_an_event() {
        DueWatch due = ledger.claimOnly(Ledger.watch("1"));
        due = failed(due, FailureKind.TIMEOUT);
        due = failed(due, FailureKind.TIMEOUT);
        due = failed(due, FailureKind.FORBIDDEN);
        due = answered(due);
        answered(due);

        assertThat(ledger.query("""
                select sequence || ' ' || (event ->> '$.data.previousHealth') || ' ' || (event ->> '$.data.health')
                    || ' ' || coalesce(event ->> '$.data.failure.message', '-')
                from change where type = 'io.jobrelay.watch.health_changed.v1' order by sequence"""))
                .containsExactly("1 OK TIMEOUT no answer", "2 TIMEOUT FORBIDDEN no answer", "3 FORBIDDEN OK -");
        assertThat(ledger.watches.unfinished())
                .extracting(Watches.Unfinished::health)
                .containsExactly("OK");
    }

    @Test
    void a_failure_changes_no_record_and_makes_the_watch_wait_longer_each_time() {
        DueWatch due = answered(ledger.claimOnly(Ledger.watch("1")));
        for (long wait : new long[] {10, 20, 40, 80, 160, 300, 300}) {
            ledger.intake.failed(due, failure(FailureKind.UNAVAILABLE, null));
            ledger.clock.advance(Duration.ofSeconds(wait).minusMillis(1));
            assertThat(ledger.claim()).as("before %s s", wait).isEmpty();
            ledger.clock.advance(Duration.ofMillis(1));
            due = ledger.claim().get(0);
        }
        ledger.intake.answered(due, List.of(JobRecords.of(JOB, JobState.RUNNING)));

        assertThat(ledger.query("select state || sequence from job")).containsExactly("RUNNING1");
        assertThat(ledger.query("select failures from watch")).containsExactly("0");
    }

    @Test
    void retry_after_is_a_minimum() {
        DueWatch due = ledger.claimOnly(Ledger.watch("1"));
        ledger.intake.failed(due, failure(FailureKind.THROTTLED, Duration.ofHours(1)));
        ledger.clock.advance(Duration.ofMinutes(59));
        assertThat(ledger.claim()).isEmpty();
        ledger.clock.advance(Duration.ofMinutes(1));
        DueWatch again = ledger.claim().get(0);

        ledger.intake.failed(again, failure(FailureKind.THROTTLED, Duration.ofSeconds(1)));
        ledger.clock.advance(Duration.ofSeconds(19));
        assertThat(ledger.claim()).isEmpty();
    }

    @Test
    void the_last_replies_that_could_not_be_read_are_kept_whole() {
        DueWatch due = ledger.claimOnly(Ledger.watch("1"));
        for (int i = 1; i <= 12; i++) {
            byte[] body = ("<html>" + i).getBytes(UTF_8);
            ledger.intake.failed(due, PollFailure.malformed("no JSON", new UnreadableReply(200, "text/html", body)));
            ledger.clock.advance(Duration.ofMinutes(5));
            due = ledger.claim().get(0);
        }

        assertThat(ledger.query("select cast(body as text) from unreadable_reply order by id"))
                .hasSize(10)
                .startsWith("<html>3")
                .endsWith("<html>12");
    }

    private List<String> everything() {
        return ledger.query("""
                select id || record from job union all select event_id from change
                union all select destination || event_id from delivery order by 1""");
    }

    private DueWatch failed(DueWatch due, FailureKind kind) {
        ledger.intake.failed(due, failure(kind, null));
        ledger.clock.advance(Duration.ofMinutes(5));
        return ledger.claim().get(0);
    }

    private DueWatch answered(DueWatch due) {
        ledger.intake.answered(due, List.of(JobRecords.of(JOB, JobState.RUNNING)));
        ledger.clock.advance(Duration.ofMinutes(5));
        return ledger.claim().get(0);
    }

    private static PollFailure failure(FailureKind kind, @org.jspecify.annotations.Nullable Duration retryAfter) {
        return new PollFailure(kind, 503, null, "no answer", retryAfter, null);
    }
}
