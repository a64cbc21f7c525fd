package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.delivery.AttemptResult;
import io.jobrelay.delivery.Circuit;
import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

@Timeout(120)
@OnBothEngines
class OutboxTest {
    private static final String ALERTS = "alerts";

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
    void a_change_is_delivered_once_however_often_it_is_put_in() {
        changes("a", 1);
        ledger.outbox.add(ALERTS, "a-1");
        Delivery delivery = only(ledger.pending(ALERTS, 10));
        ledger.outbox.add(ALERTS, "a-1");
        ledger.delivered(delivery);
        ledger.outbox.add(ALERTS, "a-1");

        assertThat(ledger.pending(ALERTS, 10)).isEmpty();
        assertThat(destinations().counts()).contains(new Destinations.Count(ALERTS, "DELIVERED", 1));
    }

    @Test
    void a_change_is_in_all_its_outboxes_once_it_is_routed_and_in_none_before() {
        ledger.takeIn(JobRecords.of("a", JobState.RUNNING));
        Delivery change = only(ledger.pending(Outbox.CHANGES, 10));
        assertThat(destinations().owing()).containsExactly(Outbox.CHANGES);

        ledger.outbox.delivered(change, Set.of("one", "two"), null).join();

        assertThat(ledger.pending(Outbox.CHANGES, 10)).isEmpty();
        assertThat(destinations().owing()).containsExactlyInAnyOrder("one", "two");
        assertThat(only(ledger.pending("one", 10)).event()).isEqualTo(change.event());
        assertThat(only(ledger.pending("two", 10)).eventId()).isEqualTo(change.eventId());
        ledger.outbox.delivered(change, Set.of("one", "two"), null).join();
        assertThat(ledger.query("select count(*) from delivery"))
                .as("routed again after a crash")
                .containsExactly("2");
    }

    @Test
    void is_read_a_page_at_a_time_in_the_order_in_which_it_was_put_in() {
        changes("a", 3);
        changes("b", 2);
        Outbox.Page first = page(History.Place.START, 3);
        Outbox.Page second = page(first.read(), 3);
        Outbox.Page none = page(second.read(), 3);

        assertThat(names(first)).containsExactly("a1", "a2", "a3");
        assertThat(names(second)).containsExactly("b1", "b2");
        assertThat(none.deliveries()).isEmpty();
        assertThat(none.read()).isEqualTo(second.read());
        assertThat(first.again() + second.again()).as("nothing else runs").isZero();
    }

    @Test
    void what_is_not_due_yet_is_found_without_its_bytes() {
        changes("a", 2);
        ledger.failed(ledger.pending(ALERTS, 1).get(0), AttemptResult.RETRIED, "HTTP status 500", Duration.ofHours(1));

        Delivery waits = page(History.Place.START, 1).deliveries().get(0);
        assertThat(waits.dueAt()).isEqualTo(ledger.time.instant().plus(Duration.ofHours(1)));
        assertThat(waits.attempts()).isEqualTo(1);
        assertThat(waits.event()).isEmpty();
        ledger.clock.advance(Duration.ofHours(1));
        assertThat(only(ledger.pending(ALERTS, 10)).event()).isNotEmpty();
    }

    @Test
    void of_one_job_is_found_what_is_pending_from_a_change_on() {
        changes("a", 4);
        changes("b", 1);
        ledger.delivered(ledger.pending(ALERTS, 1).get(0));

        assertThat(of(ALERTS, "a", 1, 2)).containsExactly("a2", "a3");
        assertThat(of(ALERTS, "a", 3, 10)).containsExactly("a3", "a4");
        assertThat(of(Outbox.CHANGES, "a", 2, 2)).containsExactly("a2", "a3");
        assertThat(of(ALERTS, "b", 2, 10)).isEmpty();
    }

    @Test
    void an_attempt_counts_unless_it_is_given_back() {
        changes("a", 1);
        ledger.failed(only(ledger.pending(ALERTS, 1)), AttemptResult.GIVEN_BACK, "later", Duration.ZERO);
        ledger.failed(only(ledger.pending(ALERTS, 1)), AttemptResult.RETRIED, "HTTP status 500", Duration.ZERO);

        assertThat(only(ledger.pending(ALERTS, 1)).attempts()).isEqualTo(1);
        assertThat(ledger.query("select error from delivery")).containsExactly("HTTP status 500");
    }

    @Test
    void a_dead_delivery_is_kept_and_the_next_change_goes_on() {
        changes("a", 2);
        ledger.failed(ledger.pending(ALERTS, 1).get(0), AttemptResult.DEAD, "HTTP status 000", Duration.ZERO);

        assertThat(name(only(ledger.pending(ALERTS, 10)))).isEqualTo("a2");
        assertThat(ledger.query("select status || attempts || error from delivery where status = 'DEAD'"))
                .containsExactly("DEAD1HTTP status 000");
        ledger.pending(Outbox.CHANGES, 1).forEach(ledger::delivered);
        ledger.pending(Outbox.CHANGES, 1).forEach(ledger::delivered);
        ledger.purge.deliveries(ledger.time.instant().plus(Duration.ofDays(1)));
        assertThat(ledger.query("select count(*) from change")).containsExactly("2");
    }

    @Test
    void what_is_settled_stays_so_whatever_comes_of_it_later() {
        changes("a", 1);
        Delivery twice = only(ledger.pending(ALERTS, 1));
        ledger.delivered(twice);
        ledger.failed(twice, AttemptResult.DEAD, "late", Duration.ZERO);

        assertThat(ledger.query("select status || attempts from delivery")).containsExactly("DELIVERED0");
    }

    @Test
    void keeps_the_circuit_of_a_destination() {
        changes("a", 1);
        Circuit open = new Circuit(
                null,
                ledger.time.instant().plusSeconds(1),
                10,
                ledger.time.instant().plusSeconds(2),
                ledger.time.instant().plusSeconds(3),
                ledger.time.instant().plusSeconds(4),
                "HTTP status 500");
        assertThat(ledger.outbox.circuit(ALERTS)).isEqualTo(Circuit.NEW);
        ledger.failed(only(ledger.pending(ALERTS, 1)), AttemptResult.RETRIED, "no", Duration.ZERO, open);

        assertThat(ledger.outbox.circuit(ALERTS)).isEqualTo(open);
        assertThat(ledger.outbox.circuit(ALERTS).disabled()).isNull();
    }

    /** The owner of a destination may not know yet that somebody has enabled it. */
    @Test
    void the_circuit_of_a_destination_that_was_enabled_meanwhile_stays_as_it_is() {
        changes("a", 2);
        Circuit gone = new Circuit("gone", null, 0, null, null, null, "gone");
        Delivery first = ledger.pending(ALERTS, 1).get(0);
        ledger.failed(first, AttemptResult.GIVEN_BACK, "gone", Duration.ZERO, gone);
        assertThat(destinations().owing()).doesNotContain(ALERTS);
        long before = ledger.leases.edits(Shard.destination(ALERTS));
        assertThat(destinations().enable(ALERTS)).isTrue();
        ledger.outbox
                .failed(
                        first,
                        AttemptResult.GIVEN_BACK,
                        "gone",
                        ledger.time.instant(),
                        new Outbox.CircuitChange(gone, before))
                .join();

        assertThat(ledger.outbox.circuit(ALERTS)).isEqualTo(Circuit.NEW);
        assertThat(ledger.leases.edits(Shard.destination(ALERTS))).isGreaterThan(before);
        assertThat(destinations().enable(ALERTS)).isFalse();
    }

    @Test
    void settled_changes_are_forgotten_after_their_time() {
        changes("a", 2);
        ledger.delivered(ledger.pending(ALERTS, 1).get(0));
        ledger.pending(Outbox.CHANGES, 10).forEach(ledger::delivered);
        ledger.pending(Outbox.CHANGES, 10).forEach(ledger::delivered);
        ledger.clock.advance(Duration.ofDays(1));

        ledger.purge.deliveries(Ledger.START);
        assertThat(ledger.query("select sequence from change order by sequence"))
                .containsExactly("1", "2");
        ledger.purge.deliveries(ledger.clock.instant());
        assertThat(destinations().counts()).containsExactly(new Destinations.Count(ALERTS, "PENDING", 1));
        assertThat(ledger.query("select sequence from change"))
                .as("what is still to be sent")
                .containsExactly("2");
        ledger.delivered(ledger.pending(ALERTS, 1).get(0));
        ledger.purge.deliveries(ledger.clock.instant().plusSeconds(1));
        assertThat(ledger.query("select sequence from change")).isEmpty();
    }

    @Test
    void a_change_that_went_nowhere_is_forgotten_after_its_time() {
        changes("a", 2);
        ledger.database.write(handle -> handle.execute("delete from delivery"));
        ledger.pending(Outbox.CHANGES, 10).forEach(ledger::delivered);
        ledger.clock.advance(Duration.ofDays(1));
        ledger.purge.deliveries(ledger.clock.instant());

        assertThat(ledger.query("select sequence from change"))
                .as("what is not routed")
                .containsExactly("2");
    }

    @Test
    void many_are_forgotten_bit_by_bit_so_that_others_write_in_between() {
        changes("a", 2_500);
        ledger.database.write(handle -> {
            handle.execute("update change set routed = true");
            return handle.execute("update delivery set status = 'DELIVERED' where sequence <= 2400");
        });
        ledger.clock.advance(Duration.ofDays(1));
        AtomicInteger looks = new AtomicInteger();
        new Purge(ledger.database, ledger.time, ledger.leases, () -> looks.getAndIncrement() >= 1)
                .deliveries(ledger.clock.instant());
        assertThat(destinations().counts()).contains(new Destinations.Count(ALERTS, "DELIVERED", 1_400));

        ledger.purge.deliveries(ledger.clock.instant());
        assertThat(destinations().counts()).containsExactly(new Destinations.Count(ALERTS, "PENDING", 100));
        assertThat(ledger.query("select min(sequence) || '..' || max(sequence) from change"))
                .containsExactly("2401..2500");
    }

    private Destinations destinations() {
        return new Destinations(ledger.database, ledger.time);
    }

    /** Makes so many changes of a job and puts them into the outbox. */
    private void changes(String job, int count) {
        ledger.database.write(handle -> {
            IntStream.rangeClosed(1, count)
                    .forEach(sequence -> ledger.change(handle, job + "-" + sequence, job, sequence, ALERTS));
            return null;
        });
        ledger.leases.look();
    }

    private Outbox.Page page(History.Place after, int most) {
        return ledger.outbox.pending(ALERTS, ledger.leases(ALERTS), after, most);
    }

    private List<String> of(String destination, String subject, long from, int most) {
        Lease lease = ledger.leases(destination).get(0);
        return ledger.outbox.pendingOf(destination, lease, subject, from, most).stream()
                .map(OutboxTest::name)
                .toList();
    }

    private static List<String> names(Outbox.Page page) {
        return page.deliveries().stream().map(OutboxTest::name).toList();
    }

    private static String name(Delivery delivery) {
        return delivery.subject() + delivery.sequence();
    }

    private static Delivery only(List<Delivery> deliveries) {
        assertThat(deliveries).hasSize(1);
        return deliveries.get(0);
    }
}
