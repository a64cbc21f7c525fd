package io.jobrelay.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

@Timeout(60)
@OnBothEngines
class HistoryTest {
    @Parameter
    Engine engine;

    @TempDir
    private Path directory;

    private Ledger ledger;
    private History history;

    @BeforeEach
    void opens() {
        ledger = Ledger.open(engine.ledger(directory));
        history = new History(ledger.database);
    }

    @AfterEach
    void closes() {
        ledger.close();
    }

    @Test
    void gives_changes_in_the_order_of_their_commits() {
        assertThat(history.newest()).isZero();
        assertThat(history.after(0, 10)).isEmpty();
        job("2", JobState.RUNNING);
        job("1", JobState.QUEUED);
        job("2", JobState.FAILED);

        assertThat(history.after(0, 10)).extracting(History.Entry::position).containsExactly(1L, 2L, 3L);
        assertThat(history.after(1, 1)).extracting(History.Entry::position).containsExactly(2L);
        assertThat(history.after(0, 10))
                .extracting(entry -> subject(entry) + entry.sequence())
                .containsExactly("acme-jobs/acme/2 1", "acme-jobs/acme/1 1", "acme-jobs/acme/2 2");
        assertThat(history.newest()).isEqualTo(3);
    }

    @Test
    void gives_the_changes_of_one_job() {
        job("2", JobState.RUNNING);
        job("1", JobState.QUEUED);
        job("2", JobState.FAILED);

        assertThat(history.of("acme-jobs/acme/2", 0, 10))
                .extracting(History.Entry::sequence)
                .containsExactly(1L, 2L);
        assertThat(history.of("acme-jobs/acme/2", 1, 10))
                .extracting(History.Entry::sequence)
                .containsExactly(2L);
        assertThat(history.of("acme-jobs/acme/3", 0, 10)).isEmpty();
    }

    /** Somebody who has read up to a position would otherwise take a new change for one that he has read. */
    @Test
    void no_position_is_used_twice_even_if_all_changes_are_forgotten() {
        job("1", JobState.RUNNING);
        job("1", JobState.FAILED);
        forgetAll();

        assertThat(history.after(0, 10)).isEmpty();
        assertThat(history.newest()).isEqualTo(2);
        job("2", JobState.RUNNING);

        assertThat(history.after(0, 10)).extracting(History.Entry::position).containsExactly(3L);
    }

    @Test
    void tells_whether_changes_are_gone() {
        assertThat(history.completeAfter(0)).isTrue();
        assertThat(history.completeAfter(1)).isFalse();
        job("1", JobState.RUNNING);
        job("1", JobState.FAILED);
        assertThat(history.completeAfter(0)).isTrue();
        assertThat(history.completeAfter(2)).isTrue();
        assertThat(history.completeAfter(3)).isFalse();

        forgetAll();
        job("1", JobState.RUNNING);

        assertThat(history.completeAfter(0)).isFalse();
        assertThat(history.completeAfter(1)).isFalse();
        assertThat(history.completeAfter(2)).isTrue();
        assertThat(history.completeAfter(4)).isFalse();
    }

    @Test
    void a_page_ends_where_it_is_full_of_bytes() {
        ledger.database.write(handle -> handle.execute("""
                with recursive n(i) as (select 1 union all select i + 1 from n where i < 10)
                insert into change (position, event_id, subject, sequence, type, event, created_at, event_time)
                select i, 'e' || i, 's', i, 't', ?, 0, 0 from n""", new byte[512 * 1024]));

        assertThat(history.after(0, 10)).extracting(History.Entry::position).containsExactly(1L, 2L, 3L, 4L);
        assertThat(history.of("s", 8, 10)).hasSize(2);
    }

    private static String subject(History.Entry entry) {
        String event = new String(entry.event(), UTF_8);
        return event.replaceFirst(".*\"subject\":\"([^\"]*)\".*", "$1 ");
    }

    private void job(String id, JobState state) {
        ledger.takeIn(JobRecords.of("acme-jobs/acme/" + id, state));
    }

    private void forgetAll() {
        ledger.outbox.claim(Outbox.CHANGES, 10).forEach(ledger::delivered);
        ledger.outbox.claim(Outbox.CHANGES, 10).forEach(ledger::delivered);
        ledger.clock.advance(Duration.ofDays(1));
        assertThat(ledger.purge.deliveries(ledger.clock.instant())).isPositive();
        assertThat(history.after(0, 10)).isEqualTo(List.of());
    }
}
