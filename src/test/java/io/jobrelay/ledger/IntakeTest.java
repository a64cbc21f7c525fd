package io.jobrelay.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobrelay.job.Change;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.provider.ProviderReply;
import io.jobrelay.watch.Pace;
import io.jobrelay.watch.Watch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

@Timeout(60)
@OnBothEngines
class IntakeTest {
    private static final String JOB = "acme-job/acme/1";

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
    void a_change_is_numbered_kept_and_handed_to_the_router_with_its_final_bytes() {
        DueWatch due = ledger.dueOnly(Ledger.watch("1"));

        List<Change> changes = ledger.answered(due, List.of(JobRecords.of(JOB, JobState.RUNNING)))
                .join()
                .changes();

        assertThat(changes)
                .singleElement()
                .extracting(change -> change.job().sequence())
                .isEqualTo(1L);
        assertThat(ledger.pending(Outbox.CHANGES, 10)).singleElement().satisfies(delivery -> {
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
        DueWatch due = ledger.dueOnly(Ledger.watch("1", "10s..5m", true));
        ledger.answered(due, List.of(JobRecords.of(JOB, JobState.RUNNING, null, "run", 10)))
                .join();
        ledger.clock.advance(Duration.ofSeconds(10));
        DueWatch again = ledger.due().get(0);

        assertThat(ledger.answered(again, List.of(JobRecords.of(JOB, JobState.RUNNING, null, "run", 11)))
                        .join()
                        .changes())
                .hasSize(1);
        ledger.clock.advance(Duration.ofSeconds(10));
        assertThat(ledger.answered(ledger.due().get(0), List.of(JobRecords.of(JOB, JobState.RUNNING, null, "run", 11)))
                        .join()
                        .changes())
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
                select subject || ' ' || min(sequence) || ' ' || (max(sequence) - count(*)) from change
                group by subject order by 1""")).containsExactly("a 1 0", "b 1 0", "c 1 0");
        assertThat(ledger.query("select attempt || ' ' || sequence from job order by id"))
                .containsExactly("10 20", "7 20", "1 1");
    }

    @Test
    void a_poll_that_cannot_be_taken_in_leaves_nothing() {
        ledger.takeIn(JobRecords.of("a", JobState.RUNNING));
        ledger.database.write(
                handle -> handle.execute("create unique index only_one on job (state) where state = 'PAUSED'"));
        List<String> before = everything();

        assertThatThrownBy(() -> ledger.takeIn(
                        JobRecords.of("a", JobState.FAILED),
                        JobRecords.of("b", JobState.RUNNING),
                        JobRecords.of("c", JobState.PAUSED),
                        JobRecords.of("d", JobState.PAUSED)))
                .cause()
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("could not be written");

        assertThat(everything()).isEqualTo(before);
        ledger.takeIn(JobRecords.of("a", JobState.FAILED));
        assertThat(ledger.query("select state || sequence from job where id = 'a'"))
                .containsExactly("FAILED2");
    }

    @Test
    void each_change_of_a_watchs_health_is_an_event() {
        DueWatch due = ledger.dueOnly(Ledger.watch("1"));
        due = failed(due, FailureKind.TIMEOUT);
        due = failed(due, FailureKind.TIMEOUT);
        due = failed(due, FailureKind.FORBIDDEN);
        due = answered(due);
        answered(due);

        assertThat(ledger.told(
                        "type = 'io.jobrelay.watch.health_changed.v1'",
                        "/data/previousHealth",
                        "/data/health",
                        "/data/failure/message"))
                .containsExactly("1 OK TIMEOUT no answer", "2 TIMEOUT FORBIDDEN no answer", "3 FORBIDDEN OK -");
        assertThat(ledger.watches.unfinished())
                .extracting(Watches.Unfinished::health)
                .containsExactly("OK");
    }

    @Test
    void the_last_failure_of_a_watch_is_known_whole() {
        DueWatch due = ledger.dueOnly(Ledger.watch("1"));
        PollFailure refused = new PollFailure(FailureKind.REJECTED, 400, "res.2211", "Failed to query.", null, null);

        ledger.intake.failed(due, refused);

        assertThat(ledger.watches.unfinished())
                .singleElement()
                .satisfies(watch -> assertThat(watch.lastFailure()).contains(refused));
    }

    @Test
    void a_failure_changes_no_record_and_makes_the_watch_wait_longer_each_time() {
        DueWatch due = answered(ledger.dueOnly(Ledger.watch("1")));
        for (long wait : new long[] {10, 20, 40, 80, 160, 300, 300}) {
            ledger.intake.failed(due, failure(FailureKind.UNAVAILABLE, null));
            ledger.clock.advance(Duration.ofSeconds(wait).minusMillis(1));
            assertThat(ledger.due()).as("before %s s", wait).isEmpty();
            ledger.clock.advance(Duration.ofMillis(1));
            due = ledger.due().get(0);
        }
        ledger.answered(due, List.of(JobRecords.of(JOB, JobState.RUNNING))).join();

        assertThat(ledger.query("select state || sequence from job")).containsExactly("RUNNING1");
        assertThat(ledger.query("select failures from watch")).containsExactly("0");
    }

    @Test
    void retry_after_is_a_minimum() {
        DueWatch due = ledger.dueOnly(Ledger.watch("1"));
        ledger.intake.failed(due, failure(FailureKind.THROTTLED, Duration.ofHours(1)));
        ledger.clock.advance(Duration.ofMinutes(59));
        assertThat(ledger.due()).isEmpty();
        ledger.clock.advance(Duration.ofMinutes(1));
        DueWatch again = ledger.due().get(0);

        ledger.intake.failed(again, failure(FailureKind.THROTTLED, Duration.ofSeconds(1)));
        ledger.clock.advance(Duration.ofSeconds(19));
        assertThat(ledger.due()).isEmpty();
    }

    @Test
    void the_last_replies_that_could_not_be_read_are_kept_whole() {
        DueWatch due = ledger.dueOnly(Ledger.watch("1"));
        for (int i = 1; i <= 12; i++) {
            byte[] body = ("<html>" + i).getBytes(UTF_8);
            ledger.intake.failed(due, PollFailure.malformed("no JSON", new ProviderReply(200, "text/html", body)));
            ledger.clock.advance(Duration.ofMinutes(5));
            due = ledger.due().get(0);
        }

        UnreadableReplies replies = new UnreadableReplies(ledger.database);
        String watch = due.id();
        assertThat(replies.of(watch))
                .extracting(
                        reply -> new String(replies.body(watch, reply.number()).orElseThrow(), UTF_8))
                .hasSize(10)
                .startsWith("<html>12")
                .endsWith("<html>3");
    }

    @Test
    void a_job_that_stays_in_one_state_for_too_long_is_flagged_once() {
        Duration hour = Duration.ofHours(1);
        ledger.dueOnly(Ledger.watch("1", hour));
        ledger.clock.advance(Duration.ofMinutes(15));
        DueWatch due = poll(ledger.due().get(0), JobState.RUNNING, 10);
        Duration left = hour.minus(Duration.ofMinutes(10));
        due = poll(due, JobState.RUNNING, 20); // another change, the same state: it counts on
        ledger.clock.advance(left);
        assertThat(ledger.answered(due, List.of(job(JobState.RUNNING, 20)))
                        .join()
                        .changes())
                .as("not longer than")
                .isEmpty();
        ledger.clock.advance(Duration.ofMinutes(5));
        due = ledger.due().get(0);
        due = poll(due, JobState.RUNNING, 20);
        due = poll(due, JobState.RUNNING, 20);
        due = poll(due, JobState.RUNNING, 30);
        due = poll(due, JobState.PAUSED, 30);
        ledger.clock.advance(Duration.ofMinutes(56));
        due = poll(due, JobState.PAUSED, 30);
        poll(due, JobState.SUCCEEDED, 100);

        assertThat(ledger.told(
                        "subject = '%s' and sequence > 1".formatted(JOB),
                        "/data/previousState",
                        "/data/job/state",
                        "/data/job/anomalies"))
                .containsExactly(
                        "2 RUNNING RUNNING -",
                        "3 RUNNING RUNNING [\"STUCK\"]",
                        "4 RUNNING RUNNING -",
                        "5 RUNNING PAUSED -",
                        "6 PAUSED PAUSED [\"STUCK\"]",
                        "7 PAUSED SUCCEEDED -");
    }

    @Test
    void each_job_of_a_list_has_its_own_time() {
        Watch list = new Watch(
                "acme-jobs", "acme", Map.of(), Pace.parse("10s"), Map.of(), false, Duration.ofMinutes(30), true);
        DueWatch due = ledger.dueOnly(list);
        ledger.answered(due, List.of(JobRecords.of("a", JobState.RUNNING))).join();
        ledger.clock.advance(Duration.ofMinutes(20));
        ledger.answered(
                        ledger.due().get(0),
                        List.of(JobRecords.of("a", JobState.RUNNING), JobRecords.of("b", JobState.QUEUED)))
                .join();
        ledger.clock.advance(Duration.ofMinutes(11));

        assertThat(ledger.answered(
                                ledger.due().get(0),
                                List.of(JobRecords.of("a", JobState.RUNNING), JobRecords.of("b", JobState.QUEUED)))
                        .join()
                        .changes())
                .extracting(change -> change.job().id())
                .containsExactly("a");
    }

    @Test
    void a_job_may_stay_where_it_is_if_its_watch_says_nothing_about_that() {
        DueWatch due = answered(ledger.dueOnly(Ledger.watch("1")));
        ledger.clock.advance(Duration.ofDays(100));

        assertThat(ledger.answered(due, List.of(JobRecords.of(JOB, JobState.RUNNING)))
                        .join()
                        .changes())
                .isEmpty();
    }

    @Test
    void an_answer_that_may_be_older_than_another_watchs_change_is_left_aside() {
        DueWatch slow = ledger.dueOnly(Ledger.list("all"));
        ledger.watches.replace("more.yaml", List.of(Ledger.watch("1")));
        DueWatch quick = ledger.due().get(0);
        ledger.clock.advance(Duration.ofSeconds(1));
        ledger.answered(quick, List.of(JobRecords.of(JOB, JobState.SUCCEEDED))).join();

        assertThat(ledger.answered(
                                slow,
                                List.of(JobRecords.of(JOB, JobState.RUNNING), JobRecords.of("other", JobState.RUNNING)))
                        .join()
                        .changes())
                .extracting(change -> change.job().id())
                .containsExactly("other");
        assertThat(ledger.query("select state from job where id = '" + JOB + "'"))
                .containsExactly("SUCCEEDED");
        ledger.clock.advance(Duration.ofMinutes(5));
        assertThat(ledger.answered(ledger.due().get(0), List.of(JobRecords.of(JOB, JobState.RUNNING)))
                        .join()
                        .changes())
                .as("a poll that began afterwards")
                .singleElement()
                .satisfies(change -> assertThat(change.job().anomalies()).containsExactly("TERMINAL_STATE_CHANGED"));
    }

    @Test
    void a_watch_whose_last_record_was_left_aside_goes_on() {
        DueWatch single = ledger.dueOnly(Ledger.watch("1"));
        ledger.watches.replace("all.yaml", List.of(Ledger.list("all")));
        DueWatch list = ledger.due().stream()
                .filter(due -> due.watch().list())
                .findFirst()
                .orElseThrow();
        ledger.clock.advance(Duration.ofSeconds(1));
        ledger.answered(list, List.of(JobRecords.of(JOB, JobState.RUNNING))).join();
        ledger.clock.jump(Duration.ofHours(-1));

        assertThat(ledger.answered(single, List.of(JobRecords.of(JOB, JobState.SUCCEEDED)))
                        .join()
                        .changes())
                .isEmpty();
        assertThat(ledger.query("select state from watch where definition ->> 'api' = 'acme-job'"))
                .containsExactly("ACTIVE");
        ledger.clock.advance(Duration.ofSeconds(10));
        DueWatch again = ledger.due().stream()
                .filter(due -> !due.watch().list())
                .findFirst()
                .orElseThrow();
        assertThat(ledger.answered(again, List.of(JobRecords.of(JOB, JobState.SUCCEEDED)))
                        .join()
                        .changes())
                .hasSize(1);
    }

    @Test
    void a_job_that_stands_twice_in_one_answer_is_taken_as_it_stands_last() {
        ledger.takeIn(JobRecords.of("a", JobState.QUEUED));
        ledger.takeIn(JobRecords.of("a", JobState.RUNNING), JobRecords.of("a", JobState.FAILED));

        assertThat(ledger.query("select state || sequence from job")).containsExactly("FAILED3");
    }

    private DueWatch poll(DueWatch due, JobState state, int percent) {
        ledger.answered(due, List.of(job(state, percent))).join();
        ledger.clock.advance(Duration.ofMinutes(5));
        return state.terminal() ? due : ledger.due().get(0);
    }

    private static JobRecord job(JobState state, int percent) {
        return JobRecords.of(JOB, state, null, state.name(), percent);
    }

    private List<String> everything() {
        return ledger.query("""
                select id || record from job_record union all select event_id from change
                union all select destination || change from delivery order by 1""");
    }

    private DueWatch failed(DueWatch due, FailureKind kind) {
        ledger.intake.failed(due, failure(kind, null));
        ledger.clock.advance(Duration.ofMinutes(5));
        return ledger.due().get(0);
    }

    private DueWatch answered(DueWatch due) {
        ledger.answered(due, List.of(JobRecords.of(JOB, JobState.RUNNING))).join();
        ledger.clock.advance(Duration.ofMinutes(5));
        return ledger.due().get(0);
    }

    private static PollFailure failure(FailureKind kind, @org.jspecify.annotations.Nullable Duration retryAfter) {
        return new PollFailure(kind, 503, null, "no answer", retryAfter, null);
    }
}
