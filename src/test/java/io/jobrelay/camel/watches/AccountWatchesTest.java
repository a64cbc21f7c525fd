package io.jobrelay.camel.watches;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.watches.AccountWatches.Place;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.ledger.Lease;
import io.jobrelay.ledger.Shard;
import io.jobrelay.watch.Pace;
import io.jobrelay.watch.Watch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the owner of an account remembers of its watches, whatever comes between reading, polling and writing them. */
class AccountWatchesTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final Place HORIZON = new Place(NOW.plusSeconds(60), "~");
    private static final Watch GROUP = watch("group");

    private final AccountWatches account =
            new AccountWatches(lease(), 0, watch -> watch.labels().isEmpty() ? Optional.empty() : Optional.of(GROUP));

    private static Lease lease() {
        return new Lease(Shard.account("acme"), 1);
    }

    private static Watch watch(String job) {
        return new Watch("acme-job", "acme", Map.of("id", job), Pace.DEFAULT, Map.of(), false, null, false);
    }

    private static DueWatch due(String job, Duration in) {
        return due(watch(job), in, 0);
    }

    private static DueWatch due(Watch watch, Duration in, long edit) {
        return new DueWatch(watch.id(), watch, lease(), edit, NOW.plus(in), NOW, NOW.minusSeconds(100), true);
    }

    @Test
    void what_is_due_again_within_the_horizon_comes_again_and_is_written_behind() {
        account.loaded(List.of(due("1", Duration.ZERO)), HORIZON);
        DueWatch polled = account.take();
        DueWatch next = due("1", Duration.ofSeconds(5));

        account.ended(polled, next, false);

        assertThat(account.next()).isEqualTo(next.due());
        assertThat(account.unwritten()).containsExactly(next);
        assertThat(account.settled()).isFalse();
        account.written(List.of(next));
        assertThat(account.settled()).isTrue();
        assertThat(account.take()).isEqualTo(next);
    }

    @Test
    void what_is_due_beyond_the_horizon_is_remembered_until_it_is_written() {
        account.loaded(List.of(due("1", Duration.ZERO)), HORIZON);
        DueWatch next = due("1", Duration.ofSeconds(90));
        account.ended(account.take(), next, false);
        assertThat(account.next()).isNull();

        // Before it is written the ledger still has its old time, and what is read next does not hold it.
        account.loaded(List.of(), new Place(NOW.plusSeconds(120), "~"));

        assertThat(account.take()).isEqualTo(next);
    }

    @Test
    void what_is_read_twice_is_polled_once() {
        DueWatch one = due("1", Duration.ZERO);
        account.loaded(List.of(one), HORIZON);
        account.take();

        account.loaded(List.of(one), new Place(NOW.plusSeconds(120), "~"));

        assertThat(account.next()).isNull();
    }

    @Test
    void a_newer_time_is_written_after_an_older_one() {
        account.loaded(List.of(due("1", Duration.ZERO)), HORIZON);
        DueWatch first = due("1", Duration.ofSeconds(1));
        account.ended(account.take(), first, false);
        List<DueWatch> beingWritten = account.unwritten();
        DueWatch second = due("1", Duration.ofSeconds(2));
        account.ended(account.take(), second, false);

        account.written(beingWritten);

        assertThat(account.unwritten()).containsExactly(second);
    }

    @Test
    void after_an_edit_all_is_read_anew_and_what_was_under_way_by_itself() {
        account.loaded(List.of(due("1", Duration.ZERO), due("2", Duration.ZERO), due("3", Duration.ZERO)), HORIZON);
        DueWatch first = account.take();
        DueWatch second = account.take();
        account.forget(1);
        assertThat(account.next()).as("nothing waits").isNull();
        assertThat(account.horizon()).isNull();
        assertThat(account.edits()).isEqualTo(1);

        account.loaded(List.of(first, second, due("4", Duration.ZERO)), HORIZON);
        account.ended(first, due(first.watch(), Duration.ofSeconds(9), 0), true);
        account.ended(second, null, true);

        assertThat(account.take().watch()).isEqualTo(watch("4"));
        assertThat(account.next()).as("neither is due as it was").isNull();
        Set<String> doubtful = account.doubtful();
        assertThat(doubtful).containsExactlyInAnyOrder(first.id(), second.id());
        DueWatch edited = due(first.watch(), Duration.ofSeconds(3), 1);
        account.read(doubtful, List.of(edited));
        assertThat(account.take()).isEqualTo(edited);
        assertThat(account.next()).as("the other was removed").isNull();
    }

    @Test
    void what_is_not_written_yet_is_not_read_before() {
        account.loaded(List.of(due("1", Duration.ZERO)), HORIZON);
        DueWatch next = due("1", Duration.ofSeconds(5));
        account.ended(account.take(), next, false);
        account.forget(1);

        assertThat(account.doubtful()).isEmpty();
        account.loaded(List.of(due("1", Duration.ZERO)), HORIZON);
        assertThat(account.next()).isNull();
        account.written(List.of(next));
        assertThat(account.doubtful()).containsExactly(next.id());
    }

    @Test
    void those_that_are_due_soon_come_along_with_what_they_are_asked_together_with() {
        DueWatch now = due(labelled("1"), Duration.ZERO, 0);
        DueWatch soon = due(labelled("2"), Duration.ofSeconds(10), 0);
        DueWatch later = due(labelled("3"), Duration.ofSeconds(30), 0);
        DueWatch alone = due("4", Duration.ofSeconds(1));
        account.loaded(List.of(now, soon, later, alone), HORIZON);
        assertThat(account.take()).isEqualTo(now);

        assertThat(account.takeBatch(GROUP, NOW, 10)).containsExactly(soon);
        assertThat(account.takeBatch(GROUP, NOW, 10)).as("under way").isEmpty();
        account.ended(soon, soon, true);
        assertThat(account.takeBatch(GROUP, NOW, 10)).containsExactly(soon);
    }

    private static Watch labelled(String job) {
        return new Watch("acme-job", "acme", Map.of("id", job), Pace.DEFAULT, Map.of("team", "a"), false, null, false);
    }
}
