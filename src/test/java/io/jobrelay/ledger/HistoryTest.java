package io.jobrelay.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.ledger.History.Place;
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
        assertThat(history.newest()).isEqualTo(Place.START);
        assertThat(history.after(Place.START, 10)).isEmpty();
        job("2", JobState.RUNNING);
        job("1", JobState.QUEUED);
        job("2", JobState.FAILED);

        List<Place> places = places(Place.START, 10);
        assertThat(places).hasSize(3).isSorted();
        assertThat(places(places.get(0), 1)).containsExactly(places.get(1));
        assertThat(history.after(Place.START, 10))
                .extracting(entry -> subject(entry) + entry.sequence())
                .containsExactly("acme-jobs/acme/2 1", "acme-jobs/acme/1 1", "acme-jobs/acme/2 2");
        assertThat(history.newest()).isEqualTo(places.get(2));
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

    /** A reader would otherwise take a new change for one that it has read. */
    @Test
    void no_place_is_used_twice_even_if_all_changes_are_purged() {
        job("1", JobState.RUNNING);
        job("1", JobState.FAILED);
        Place last = history.newest();
        purgeAll();

        assertThat(history.newest()).isEqualTo(last);
        job("2", JobState.RUNNING);

        assertThat(places(Place.START, 10))
                .singleElement()
                .satisfies(place -> assertThat(place).isGreaterThan(last));
    }

    @Test
    void tells_whether_changes_are_gone() {
        assertThat(history.completeAfter(Place.START)).isTrue();
        assertThat(history.completeAfter(new Place(0, 1))).isFalse();
        job("1", JobState.RUNNING);
        job("1", JobState.FAILED);
        List<Place> places = places(Place.START, 10);
        assertThat(history.completeAfter(Place.START)).isTrue();
        assertThat(history.completeAfter(places.get(1))).isTrue();
        assertThat(history.completeAfter(new Place(places.get(1).age(), 3))).isFalse();

        purgeAll();
        job("1", JobState.RUNNING);

        assertThat(history.completeAfter(Place.START)).isFalse();
        assertThat(history.completeAfter(places.get(0))).isFalse();
        assertThat(history.completeAfter(places.get(1))).isTrue();
        assertThat(history.completeAfter(new Place(history.newest().age(), 4))).isFalse();
    }

    @Test
    void a_page_ends_where_it_is_full_of_bytes() {
        ledger.database.write(handle -> handle.execute("""
                with recursive n(i) as (select 1 union all select i + 1 from n where i < 10)
                insert into change (account, event_id, subject, sequence, type, event, created_at, event_time)
                select 'acme', 'e' || i, 's', i, 't', ?, 0, 0 from n""", new byte[512 * 1024]));

        assertThat(history.after(Place.START, 10))
                .extracting(History.Entry::sequence)
                .containsExactly(1L, 2L, 3L, 4L);
        assertThat(history.of("s", 8, 10)).hasSize(2);
    }

    private List<Place> places(Place behind, int limit) {
        return history.after(behind, limit).stream().map(History.Entry::place).toList();
    }

    private static String subject(History.Entry entry) {
        String event = new String(entry.event(), UTF_8);
        return event.replaceFirst(".*\"subject\":\"([^\"]*)\".*", "$1 ");
    }

    private void job(String id, JobState state) {
        ledger.takeIn(JobRecords.of("acme-jobs/acme/" + id, state));
    }

    private void purgeAll() {
        ledger.pending(Outbox.CHANGES, 10).forEach(ledger::delivered);
        ledger.pending(Outbox.CHANGES, 10).forEach(ledger::delivered);
        ledger.clock.advance(Duration.ofDays(1));
        ledger.purge.deliveries(ledger.clock.instant());
        assertThat(history.after(Place.START, 10)).isEqualTo(List.of());
    }
}
