package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.watch.Pace;
import io.jobrelay.watch.Watch;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

@Timeout(60)
@OnBothEngines
class WatchesTest {
    private static final JobRecord RUNNING = JobRecords.of("acme-job/acme/1", JobState.RUNNING);
    private static final JobRecord SUCCEEDED = JobRecords.of("acme-job/acme/1", JobState.SUCCEEDED);

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
    void a_new_watch_is_due_at_once() {
        ledger.watches.replace("watches.yaml", List.of(Ledger.watch("1"), Ledger.watch("2")));

        assertThat(ledger.due())
                .extracting(DueWatch::watch)
                .containsExactlyInAnyOrder(Ledger.watch("1"), Ledger.watch("2"));
    }

    @Test
    void a_watch_whose_job_has_ended_is_not_polled_again_whatever_changes_in_its_file() {
        DueWatch due = ledger.dueOnly(Ledger.watch("1"));
        ledger.answered(due, List.of(SUCCEEDED)).join();
        ledger.clock.advance(Duration.ofDays(1));
        assertThat(ledger.due()).isEmpty();
        assertThat(ledger.watches.ended()).isTrue();

        ledger.watches.replace("watches.yaml", List.of(Ledger.watch("1", "1s..2s", true)));

        assertThat(ledger.due()).isEmpty();
        assertThat(ledger.watches.ended()).isTrue();
    }

    @Test
    void a_refused_watch_is_kept_and_polled_again_once_it_is_valid() {
        ledger.dueOnly(Ledger.watch("1"));

        refuse("watches.yaml", Ledger.watch("1"));

        assertThat(ledger.due()).isEmpty();
        assertThat(ledger.refusals.report().first())
                .singleElement()
                .returns("why", Refusals.RefusedWatch::cause)
                .returns(Ledger.watch("1").id(), Refusals.RefusedWatch::id);

        ledger.watches.replace("watches.yaml", List.of(Ledger.watch("1")));

        assertThat(ledger.refusals.report()).isEqualTo(Refusals.Report.NONE);
        assertThat(ledger.due()).extracting(DueWatch::watch).containsExactly(Ledger.watch("1"));
    }

    @Test
    void one_that_was_added_is_refused_and_resumed_with_its_api_or_account_and_announced_once() {
        ledger.watches.add(Ledger.watch("1"));
        ledger.due();

        for (int i = 0; i < 2; i++) {
            ledger.refusals.review((api, account) -> Optional.of("no account " + account));
            assertThat(ledger.refusals.notice(ledger.leases(Outbox.CHANGES))).isFalse();
        }

        assertThat(ledger.due()).isEmpty();
        assertThat(ledger.refusals.report().first())
                .extracting(Refusals.RefusedWatch::cause)
                .containsExactly("no account acme");
        assertThat(ledger.query("select type from change")).hasSize(1);
        assertThat(ledger.watches.pollNow(Ledger.watch("1").id())).isTrue();
        assertThat(ledger.due()).as("it stays refused").isEmpty();

        ledger.refusals.review((api, account) -> Optional.empty());

        assertThat(ledger.due()).extracting(DueWatch::watch).containsExactly(Ledger.watch("1"));
        assertThat(ledger.query("select health from watch")).containsExactly("REFUSED");
        ledger.answered(ledger.due().get(0), List.of(RUNNING)).join();
        assertThat(ledger.query("select health from watch")).containsExactly("OK");
    }

    @Test
    void one_that_has_ended_or_is_valid_in_another_file_is_not_refused() {
        DueWatch due = ledger.dueOnly(Ledger.watch("1"));
        ledger.answered(due, List.of(SUCCEEDED)).join();
        ledger.watches.replace("other.yaml", List.of(Ledger.watch("2")));

        refuse("watches.yaml", Ledger.watch("1"), Ledger.watch("2"));

        assertThat(ledger.refusals.report()).isEqualTo(Refusals.Report.NONE);
        assertThat(ledger.due()).extracting(DueWatch::watch).containsExactly(Ledger.watch("2"));
    }

    private void refuse(String source, Watch... watches) {
        SourceReplacement replacement = ledger.watches.replacing(source);
        Stream.of(watches).forEach(watch -> replacement.refuse(watch, "why"));
        replacement.finish();
    }

    @Test
    void a_watch_that_was_removed_is_polled_again_once_it_is_back() {
        DueWatch due = ledger.dueOnly(Ledger.watch("1"));
        ledger.answered(due, List.of(SUCCEEDED)).join();
        ledger.watches.replace("watches.yaml", List.of());
        assertThat(ledger.watches.sources()).isEmpty();
        assertThat(ledger.due()).isEmpty();

        DueWatch again = ledger.dueOnly(Ledger.watch("1"));

        assertThat(ledger.answered(again, List.of(SUCCEEDED)).join().changes())
                .as("known before")
                .isEmpty();
        assertThat(ledger.watches.ended()).isTrue();
    }

    @Test
    void a_file_of_more_watches_than_are_written_at_once_is_taken_in_whole() {
        List<Watch> watches = IntStream.range(0, 2_100)
                .mapToObj(number -> Ledger.watch(String.valueOf(number)))
                .toList();

        ledger.watches.replace("watches.yaml", watches);

        assertThat(ledger.watches.unfinished()).hasSameSizeAs(watches);
    }

    @Test
    void a_removed_watch_is_not_polled_any_more() {
        DueWatch due = ledger.dueOnly(Ledger.watch("1"));
        ledger.watches.replace("watches.yaml", List.of());
        ledger.answered(due, List.of(RUNNING)).join();
        ledger.clock.advance(Duration.ofDays(1));

        assertThat(ledger.due()).isEmpty();
        assertThat(ledger.watches.lastRecords()).isEmpty();
    }

    @Test
    void a_changed_watch_is_due_at_once_and_a_poll_under_way_is_forgotten() {
        DueWatch old = ledger.dueOnly(Ledger.watch("1", "1h..2h", false));
        DueWatch changed = ledger.dueOnly(Ledger.watch("1", "1s..2s", false));

        assertThat(changed.watch().pace()).isEqualTo(Pace.parse("1s..2s"));
        assertThat(ledger.answered(old, List.of(RUNNING)).join().changes()).isEmpty();
        assertThat(ledger.answered(changed, List.of(RUNNING)).join().changes()).hasSize(1);
        ledger.clock.advance(Duration.ofSeconds(1));
        assertThat(ledger.due()).hasSize(1);
    }

    @Test
    void a_file_that_is_read_again_unchanged_disturbs_nothing() {
        DueWatch due = ledger.dueOnly(Ledger.watch("1"));
        ledger.watches.replace("watches.yaml", List.of(Ledger.watch("1")));

        assertThat(ledger.answered(due, List.of(RUNNING)).join().changes()).hasSize(1);
    }

    @Test
    void a_watch_may_move_to_another_file() {
        ledger.watches.replace("a.yaml", List.of(Ledger.watch("1")));
        ledger.watches.replace("b.yaml", List.of(Ledger.watch("1")));
        ledger.watches.replace("a.yaml", List.of());

        assertThat(ledger.watches.sources()).containsExactly("b.yaml");
        assertThat(ledger.due()).hasSize(1);
    }

    @Test
    void a_list_goes_on_and_has_ended_for_now_when_all_its_jobs_have() {
        DueWatch due = ledger.dueOnly(Ledger.list("p"));
        assertThat(ledger.watches.ended()).as("not answered yet").isFalse();
        ledger.answered(due, List.of(SUCCEEDED, JobRecords.of("acme-job/acme/2", JobState.RUNNING)))
                .join();
        assertThat(ledger.watches.ended()).isFalse();
        ledger.clock.advance(Duration.ofSeconds(10));
        ledger.answered(ledger.due().get(0), List.of(JobRecords.of("acme-job/acme/2", JobState.FAILED)))
                .join();

        assertThat(ledger.watches.ended()).isTrue();
        assertThat(ledger.watches.allSucceeded()).isFalse();
        ledger.clock.advance(Duration.ofSeconds(10));
        assertThat(ledger.due()).hasSize(1);
    }

    @Test
    void the_pace_follows_the_time_in_the_present_state() {
        ledger.watches.replace("watches.yaml", List.of(Ledger.watch("1")));
        Instant end = ledger.clock.instant().plus(Duration.ofMinutes(50));
        int polls = 0;
        while (ledger.clock.instant().isBefore(end)) {
            for (DueWatch due : ledger.due()) {
                ledger.answered(due, List.of(RUNNING)).join();
                polls++;
            }
            ledger.clock.advance(Duration.ofSeconds(1));
        }
        // Every 10 s for 100 s, then a tenth more each time: 10 + ln(30) / ln(1.1).
        assertThat(polls).isBetween(42, 50);

        ledger.clock.advance(Duration.ofMinutes(5));
        ledger.answered(ledger.due().get(0), List.of(JobRecords.of("acme-job/acme/1", JobState.PAUSED)))
                .join();
        ledger.clock.advance(Duration.ofMillis(9_999));
        assertThat(ledger.due()).isEmpty();
        ledger.clock.advance(Duration.ofMillis(1));
        assertThat(ledger.due()).as("after a change the pace is the shortest").hasSize(1);
    }
}
