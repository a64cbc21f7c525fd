package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.watch.Pace;
import io.jobrelay.watch.Watch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** The watch is polled every 10 s to 5 min, and so stale after a quarter of an hour. */
@Timeout(60)
@OnBothEngines
class StalenessTest {
    private static final JobRecord RUNNING = JobRecords.of("acme-job/acme/1", JobState.RUNNING);
    private static final Duration QUARTER = Duration.ofMinutes(15);
    private static final Duration INSTANT = Duration.ofMillis(1);

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
    void a_watch_whose_polls_fail_is_stale_after_three_times_its_longest_pace_and_told_once() {
        ledger.answered(ledger.dueOnly(Ledger.watch("1")), List.of(RUNNING)).join();
        ledger.clock.advance(Duration.ofSeconds(10));
        fail(ledger.due().get(0), Duration.ofHours(1));
        ledger.clock.advance(QUARTER.minusSeconds(10).minus(INSTANT));
        assertThat(ledger.noticeStale()).isEmpty();
        ledger.clock.advance(INSTANT);

        assertThat(ledger.noticeStale()).singleElement().satisfies(stale -> {
            assertThat(stale.watch()).isEqualTo(Ledger.watch("1"));
            assertThat(stale.since()).isEqualTo(Ledger.START);
            assertThat(stale.health()).isEqualTo("UNAVAILABLE");
            assertThat(stale.failure()).isEqualTo("no answer");
        });
        assertThat(ledger.noticeStale()).isEmpty();
        ledger.clock.advance(QUARTER);
        assertThat(ledger.noticeStale()).isEmpty();
        assertThat(ledger.staleness.report().count()).isEqualTo(1);
        assertThat(told())
                .containsExactly(
                        "1 OK UNAVAILABLE - - - no answer",
                        "2 UNAVAILABLE UNAVAILABLE - true 2026-11-22T10:00:00Z no answer");
    }

    @Test
    void it_is_noticed_too_when_no_poll_ends_or_none_begins() {
        Watch hanging = Ledger.watch("hanging");
        Watch never = Ledger.watch("never");
        ledger.dueOnly(hanging);
        ledger.watches.replace("more.yaml", List.of(never));
        ledger.clock.advance(QUARTER);

        assertThat(ledger.noticeStale())
                .extracting(Staleness.StaleWatch::watch)
                .containsExactlyInAnyOrder(hanging, never);
        assertThat(told()).containsOnly("1 OK OK - true 2026-11-22T10:00:00Z -");
    }

    @Test
    void the_first_good_answer_ends_it_in_one_event_with_the_health() {
        DueWatch due = ledger.dueOnly(Ledger.watch("1"));
        fail(due, Duration.ofMinutes(20));
        ledger.clock.advance(Duration.ofMinutes(20));
        assertThat(ledger.noticeStale()).hasSize(1);
        DueWatch again = ledger.due().get(0);
        fail(again, Duration.ZERO);
        ledger.clock.advance(Duration.ofMinutes(5));
        ledger.answered(ledger.due().get(0), List.of(RUNNING)).join();

        assertThat(ledger.staleness.report()).isEqualTo(Staleness.Report.NONE);
        assertThat(told())
                .containsExactly(
                        "1 OK UNAVAILABLE - - - no answer",
                        "2 UNAVAILABLE UNAVAILABLE - true 2026-11-22T10:00:00Z no answer",
                        "3 UNAVAILABLE OK true - 2026-11-22T10:00:00Z -");
        ledger.clock.advance(QUARTER.minus(INSTANT));
        assertThat(ledger.noticeStale()).as("counts from the answer").isEmpty();
    }

    @Test
    void another_kind_of_failure_while_it_is_stale_says_that_it_still_is() {
        fail(ledger.dueOnly(Ledger.watch("1")), QUARTER);
        ledger.clock.advance(QUARTER);
        ledger.noticeStale();
        ledger.intake.failed(
                ledger.due().get(0), new PollFailure(FailureKind.FORBIDDEN, 403, null, "go away", null, null));

        assertThat(told()).endsWith("3 UNAVAILABLE FORBIDDEN true true 2026-11-22T10:00:00Z go away");
    }

    @Test
    void after_a_pause_a_watch_has_the_chance_to_be_polled_first() {
        ledger.answered(ledger.dueOnly(Ledger.watch("1")), List.of(RUNNING)).join();
        ledger.close();
        ledger.clock.advance(Duration.ofDays(3));
        ledger = Ledger.open(engine.ledger(directory), ledger.clock);

        ledger.clock.advance(QUARTER.minus(INSTANT));
        assertThat(ledger.noticeStale()).isEmpty();
        ledger.clock.advance(INSTANT);
        assertThat(ledger.noticeStale()).hasSize(1);
    }

    @Test
    void a_watch_that_is_stale_stays_so_over_a_restart_and_is_not_told_again() {
        ledger.dueOnly(Ledger.watch("1"));
        ledger.clock.advance(QUARTER);
        ledger.noticeStale();
        ledger.close();
        ledger = Ledger.open(engine.ledger(directory), ledger.clock);
        ledger.clock.advance(Duration.ofDays(1));

        assertThat(ledger.noticeStale()).isEmpty();
        assertThat(ledger.staleness.report().first())
                .extracting(Staleness.StaleWatch::since)
                .containsExactly(Ledger.START);
    }

    @Test
    void a_watch_that_has_ended_or_was_removed_is_not_looked_after_and_so_not_stale() {
        ledger.answered(ledger.dueOnly(Ledger.watch("1")), List.of(JobRecords.of("acme-job/acme/1", JobState.FAILED)))
                .join();
        ledger.watches.replace("more.yaml", List.of(Ledger.watch("2")));
        ledger.watches.replace("more.yaml", List.of());
        ledger.clock.advance(Duration.ofDays(1));

        assertThat(ledger.noticeStale()).isEmpty();
    }

    @Test
    void a_watch_with_another_pace_counts_anew_by_that() {
        ledger.dueOnly(Ledger.watch("1"));
        ledger.clock.advance(QUARTER.minus(INSTANT));
        ledger.dueOnly(Ledger.watch("1", "10s..1h", false));
        ledger.clock.advance(Duration.ofHours(3).minus(INSTANT));
        assertThat(ledger.noticeStale()).isEmpty();
        ledger.clock.advance(INSTANT);
        assertThat(ledger.noticeStale()).hasSize(1);
    }

    @Test
    void many_are_told_in_parts_and_named_by_the_first() {
        ledger.watches.replace(
                "watches.yaml",
                IntStream.range(0, 600)
                        .mapToObj(i -> new Watch(
                                "acme-job", "acme", Map.of("id", "w" + i), Pace.DEFAULT, Map.of(), false, null, false))
                        .toList());
        ledger.clock.advance(QUARTER);

        assertThat(ledger.noticeStale()).hasSize(256);
        assertThat(ledger.noticeStale()).hasSize(256);
        assertThat(ledger.noticeStale()).hasSize(88);
        assertThat(ledger.staleness.report().count()).isEqualTo(600);
        assertThat(ledger.staleness.report().first()).hasSize(10);
        assertThat(ledger.query("select count(*) from change where not routed")).containsExactly("600");
    }

    private void fail(DueWatch due, Duration retryAfter) {
        ledger.intake.failed(due, new PollFailure(FailureKind.UNAVAILABLE, 503, null, "no answer", retryAfter, null));
    }

    /** Sequence, health before and after, stale before and after, since when, and why. */
    private List<String> told() {
        return ledger.told(
                "type = 'io.jobrelay.watch.health_changed.v1'",
                "/data/previousHealth",
                "/data/health",
                "/data/previousStale",
                "/data/stale",
                "/data/unansweredSince",
                "/data/failure/message");
    }
}
