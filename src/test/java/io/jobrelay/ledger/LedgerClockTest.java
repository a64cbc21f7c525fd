package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A system clock that is set, while Jobrelay runs and while it does not. */
@Timeout(60)
@OnBothEngines
class LedgerClockTest {
    private static final JobRecord RUNNING = JobRecords.of("acme-job/acme/1", JobState.RUNNING);

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

    @ParameterizedTest
    @ValueSource(longs = {-24, -1, 1, 24})
    void what_waits_waits_as_long_as_it_would_have(long hours) {
        DueWatch due = ledger.dueOnly(Ledger.watch("1"));
        ledger.clock.jump(Duration.ofHours(hours));
        ledger.answered(due, List.of(RUNNING)).join();

        ledger.clock.advance(Duration.ofSeconds(10).minusMillis(1));
        assertThat(ledger.due()).isEmpty();
        ledger.clock.advance(Duration.ofMillis(1));
        assertThat(ledger.due()).singleElement().extracting(DueWatch::due).isEqualTo(ledger.time.instant());
        assertThat(ledger.noticeStale()).isEmpty();
        assertThat(ledger.time.ahead()).isEqualTo(Duration.ofHours(-hours));
    }

    @Test
    void events_are_dated_by_the_machine() {
        DueWatch due = ledger.dueOnly(Ledger.watch("1"));
        ledger.clock.jump(Duration.ofHours(-1));
        ledger.answered(due, List.of(RUNNING)).join();

        assertThat(ledger.told("true", "/time")).containsExactly("1 2026-11-22T09:00:00Z");
    }

    @Test
    void since_when_is_told_by_the_machine_too() {
        ledger.dueOnly(Ledger.watch("1"));
        ledger.clock.advance(Duration.ofMinutes(15));
        ledger.clock.jump(Duration.ofDays(1));

        assertThat(ledger.noticeStale())
                .extracting(Staleness.StaleWatch::since)
                .containsExactly(Ledger.START.plus(Duration.ofDays(1)));
    }

    @Test
    void a_start_with_a_clock_that_was_put_back_goes_on_where_the_ledger_left_off() {
        DueWatch due = ledger.dueOnly(Ledger.watch("1"));
        ledger.intake.failed(due, new PollFailure(FailureKind.TIMEOUT, null, null, "no answer", null, null));
        ledger.clock.advance(Duration.ofSeconds(3));
        restart(Duration.ofHours(-1));

        assertThat(ledger.time.ahead()).isEqualTo(Duration.ofHours(1));
        ledger.clock.advance(Duration.ofSeconds(7).minusMillis(1));
        assertThat(ledger.due()).isEmpty();
        ledger.clock.advance(Duration.ofMillis(1));
        assertThat(ledger.due()).hasSize(1);
    }

    @Test
    void a_ledger_that_had_no_time_to_note_goes_on_after_its_last_change() {
        ledger.clock.advance(Duration.ofMinutes(5));
        ledger.answered(ledger.dueOnly(Ledger.watch("1")), List.of(RUNNING)).join();
        Instant last = ledger.time.instant();
        ledger.close();
        ledger.clock.jump(Duration.ofHours(-1));
        ledger = Ledger.open(engine.ledger(directory), ledger.clock);

        assertThat(ledger.time.instant()).isEqualTo(last);
    }

    @Test
    void a_start_later_than_the_ledger_left_off_follows_the_machine() {
        ledger.dueOnly(Ledger.watch("1"));
        restart(Duration.ofHours(5));

        assertThat(ledger.time.ahead()).isZero();
        assertThat(ledger.due())
                .singleElement()
                .satisfies(due -> assertThat(due.due()).isBefore(ledger.time.begin()));
    }

    @Test
    void no_wait_is_negative_and_no_job_forgets_its_age_when_the_clock_goes_back() {
        DueWatch due = ledger.dueOnly(Ledger.watch("1"));
        ledger.answered(due, List.of(RUNNING)).join();
        ledger.clock.advance(Duration.ofMinutes(10));
        ledger.clock.jump(Duration.ofDays(-1));
        ledger.answered(ledger.due().get(0), List.of(RUNNING)).join();

        ledger.clock.advance(Duration.ofMinutes(1).minusMillis(1));
        assertThat(ledger.due()).as("a tenth of ten minutes").isEmpty();
        ledger.clock.advance(Duration.ofMillis(1));
        assertThat(ledger.due()).hasSize(1);
    }

    private void restart(Duration jump) {
        ledger.time.note();
        ledger.close();
        ledger.clock.jump(jump);
        ledger = Ledger.open(engine.ledger(directory), ledger.clock);
    }
}
