package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import io.jobrelay.delivery.DeliveryFailure;
import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.ledger.Outbox.Fate;
import io.jobrelay.ledger.Outbox.Turn;
import io.jobrelay.testbed.LongForm;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
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
        ledger.takeIn(JobRecords.of("a", JobState.RUNNING));
        String event = ledger.query("select event_id from change").get(0);
        ledger.outbox.add(ALERTS, "a", event);
        ledger.outbox.add(ALERTS, "a", event);
        Delivery delivery = only(ledger.outbox.claim(ALERTS, 10));
        ledger.outbox.add(ALERTS, "a", event);
        ledger.outbox.delivered(delivery, Set.of()).join();
        ledger.outbox.add(ALERTS, "a", event);

        assertThat(ledger.outbox.claim(ALERTS, 10)).isEmpty();
        assertThat(ledger.outbox.counts()).contains(new Outbox.Count(ALERTS, "DELIVERED", 1));
    }

    @Test
    void of_each_job_only_the_first_change_is_on_its_way() {
        changes("a", 3);
        changes("b", 2);

        List<Delivery> first = ledger.outbox.claim(ALERTS, 10);

        assertThat(first).extracting(OutboxTest::name).containsExactlyInAnyOrder("a1", "b1");
        assertThat(ledger.outbox.claim(ALERTS, 10)).isEmpty();
        first.stream().filter(delivery -> name(delivery).equals("a1")).forEach(ledger::delivered);
        assertThat(ledger.outbox.claim(ALERTS, 10)).extracting(OutboxTest::name).containsExactly("a2");
    }

    @Test
    void a_failing_job_holds_up_no_other_and_its_later_changes_wait_for_it() {
        changes("a", 2);
        changes("b", 3);
        Delivery failing = ledger.outbox.claim(ALERTS, 10).stream()
                .filter(delivery -> delivery.subject().equals("a"))
                .findFirst()
                .orElseThrow();
        failed(failing, Consequence.UNAVAILABLE, Duration.ofHours(1));
        ledger.clock.advance(Duration.ofMinutes(5)); // b's claim runs out

        List<String> delivered = new ArrayList<>();
        for (List<Delivery> due = ledger.outbox.claim(ALERTS, 10);
                !due.isEmpty();
                due = ledger.outbox.claim(ALERTS, 10)) {
            due.forEach(delivery -> {
                delivered.add(name(delivery));
                ledger.outbox.delivered(delivery, Set.of()).join();
            });
        }
        assertThat(delivered).containsExactly("b1", "b2", "b3");
        ledger.clock.advance(Duration.ofMinutes(55));
        assertThat(only(ledger.outbox.claim(ALERTS, 10)).attempts()).isEqualTo(1);
    }

    @Test
    void a_dead_delivery_is_kept_and_the_next_change_goes_on() {
        changes("a", 2);
        failed(only(ledger.outbox.claim(ALERTS, 1)), Consequence.REFUSED, null);

        assertThat(name(only(ledger.outbox.claim(ALERTS, 1)))).isEqualTo("a2");
        assertThat(ledger.query("select status || attempts || error from delivery where status = 'DEAD'"))
                .containsExactly("DEAD1HTTP status 000");
        assertThat(ledger.purge.deliveries(ledger.clock.instant().plus(Duration.ofDays(1))))
                .isZero();
    }

    @Test
    void a_delivery_given_back_is_due_at_once_and_no_attempt_is_counted() {
        changes("a", 1);
        ledger.outbox.giveBack(only(ledger.outbox.claim(ALERTS, 1)));

        assertThat(only(ledger.outbox.claim(ALERTS, 1)).attempts()).isZero();
    }

    @Test
    void a_paused_destination_rests_for_the_longest_time_asked_and_the_others_do_not() {
        changes("a", 1);
        ledger.outbox.add(
                "other",
                "a",
                ledger.query("select event_id from change where subject = 'a'").get(0));
        changes("b", 1);
        List<Delivery> claimed = ledger.outbox.claim(ALERTS, 2);
        slowDown(claimed.get(0), Duration.ofDays(2));
        slowDown(claimed.get(1), Duration.ofDays(1));
        ledger.clock.advance(Duration.ofDays(1));

        assertThat(ledger.outbox.claim(ALERTS, 1)).isEmpty();
        assertThat(ledger.outbox.claim("other", 1)).hasSize(1);
        ledger.clock.advance(Duration.ofDays(1));
        assertThat(ledger.outbox.claim(ALERTS, 2)).hasSize(2);
    }

    @Test
    void a_disabled_destination_keeps_what_it_has_and_what_comes() {
        changes("a", 1);
        Delivery refused = only(ledger.outbox.claim(ALERTS, 1));
        failed(refused, Consequence.DISABLE, Duration.ZERO);
        changes("b", 1);
        ledger.clock.advance(Duration.ofDays(1));

        assertThat(ledger.outbox.claim(ALERTS, 10)).isEmpty();
        assertThat(ledger.outbox.counts()).contains(new Outbox.Count(ALERTS, "PENDING", 2));
    }

    @Test
    void claims_of_a_process_that_died_are_given_back_at_the_next_start() {
        changes("a", 1);
        Delivery lost = only(ledger.outbox.claim(ALERTS, 1));
        ledger.close();
        ledger = Ledger.open(engine.ledger(directory), ledger.clock);

        Delivery again = only(ledger.outbox.claim(ALERTS, 1));

        assertThat(again.eventId()).isEqualTo(lost.eventId());
        assertThat(again.event()).isEqualTo(lost.event());
        assertThat(failed(lost, Consequence.DISABLE, null)).isEqualTo(new Outbox.Outcome(Fate.GIVEN_BACK, Turn.NONE));
        assertThat(ledger.outbox.counts()).contains(new Outbox.Count(ALERTS, "PENDING", 1));
    }

    @Test
    void settled_changes_are_forgotten_after_their_time() {
        changes("a", 2);
        ledger.outbox.delivered(only(ledger.outbox.claim(ALERTS, 1)), Set.of()).join();
        ledger.clock.advance(Duration.ofDays(1));
        ledger.outbox.claim(Outbox.CHANGES, 10).forEach(ledger::delivered);
        ledger.outbox.claim(Outbox.CHANGES, 10).forEach(ledger::delivered);

        ledger.purge.deliveries(Ledger.START.plus(Duration.ofHours(23)));
        assertThat(ledger.outbox.counts())
                .containsExactlyInAnyOrder(
                        new Outbox.Count(ALERTS, "PENDING", 1), new Outbox.Count(Outbox.CHANGES, "DELIVERED", 2));
        ledger.purge.deliveries(ledger.clock.instant().plusSeconds(1));
        assertThat(ledger.outbox.counts()).containsExactly(new Outbox.Count(ALERTS, "PENDING", 1));
        assertThat(ledger.query("select sequence from change"))
                .as("what is still to be sent")
                .containsExactly("2");
    }

    @Test
    void many_are_forgotten_bit_by_bit_so_that_others_write_in_between() {
        changes("a", 1_200);
        ledger.database.write(handle ->
                handle.execute("update delivery set status = 'DELIVERED', due_at = null where sequence <= 1100"));
        ledger.clock.advance(Duration.ofDays(1));
        Instant now = ledger.clock.instant();

        assertThat(IntStream.range(0, 4).map(time -> ledger.purge.deliveries(now)))
                .containsExactly(1_000, 1_000, 200, 0);
        assertThat(ledger.outbox.counts())
                .containsExactly(
                        new Outbox.Count(ALERTS, "PENDING", 100), new Outbox.Count(Outbox.CHANGES, "PENDING", 100));
        assertThat(ledger.query("select min(sequence) || '..' || max(sequence) from change"))
                .containsExactly("1101..1200");
    }

    @Test
    void many_readers_keep_each_job_in_order_and_lose_nothing() throws Exception {
        int jobs = LongForm.count(100, 20);
        int changes = 20;
        Map<String, List<Long>> seen = new ConcurrentHashMap<>();
        AtomicInteger delivered = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(9);
        List<Future<?>> readers = new ArrayList<>();
        for (int reader = 0; reader < 8; reader++) {
            Random random = new Random(reader);
            readers.add(threads.submit(() -> {
                while (delivered.get() < jobs * changes) {
                    for (Delivery delivery : ledger.outbox.claim(ALERTS, 1 + random.nextInt(5))) {
                        int luck = random.nextInt(10);
                        if (luck == 0) {
                            failed(delivery, Consequence.REFUSED, Duration.ZERO);
                        } else if (luck == 1) {
                            ledger.outbox.giveBack(delivery);
                        } else {
                            seen.computeIfAbsent(delivery.subject(), job -> new ArrayList<>())
                                    .add(delivery.sequence());
                            delivered.incrementAndGet();
                            ledger.outbox.delivered(delivery, Set.of()).join();
                        }
                    }
                }
            }));
        }
        readers.add(threads.submit(() -> {
            for (int sequence = 1; sequence <= changes; sequence++) {
                int next = sequence;
                ledger.database.write(handle -> {
                    IntStream.range(0, jobs).forEach(job -> change(handle, "job " + job, next));
                    return null;
                });
            }
        }));
        for (Future<?> reader : readers) {
            reader.get(60, TimeUnit.SECONDS);
        }
        threads.shutdown();

        List<Long> inOrder = LongStream.rangeClosed(1, changes).boxed().toList();
        assertThat(seen).hasSize(jobs);
        assertThat(seen.values()).allSatisfy(sequences -> assertThat(sequences).isEqualTo(inOrder));
        assertThat(ledger.query("select count(*) from delivery where destination = 'alerts' and status <> 'DELIVERED'"))
                .containsExactly("0");
    }

    @Test
    void many_deliveries_wait_on_disk_and_are_found() {
        ledger.database.write(handle -> {
            handle.execute("""
                    with recursive n(i) as (select 1 union all select i + 1 from n where i < %d)
                    insert into change (account, event_id, subject, sequence, type, event, created_at, event_time)
                    select 'acme', 'e' || i, 'job ' || (i %% 5000), i / 5000, 't', ?, 0, 0 from n""".formatted(LongForm.count(100_000, 10_000)), new byte[1_000]);
            return handle.execute("""
                    insert into delivery (destination, event_id, subject, sequence, status, due_at, updated_at)
                    select 'alerts', event_id, subject, sequence, 'PENDING',
                        case when cast(substr(event_id, 2) as integer) < 5000 then 1 end, 0 from change""");
        });

        List<Delivery> claimed = ledger.outbox.claim(ALERTS, 16);
        assertThat(claimed).hasSize(16);
        claimed.forEach(ledger::delivered);
        assertThat(ledger.query("select count(*) from delivery where claimed")).containsExactly("0");
    }

    /** Makes so many changes of a job and puts them into the outbox. */
    private void changes(String job, int count) {
        changes(job, 1, count);
    }

    private void changes(String job, int from, int to) {
        ledger.database.write(handle -> {
            IntStream.rangeClosed(from, to).forEach(sequence -> change(handle, job, sequence));
            return null;
        });
    }

    private void change(Handle handle, String job, int sequence) {
        String event = job + "-" + sequence;
        ledger.change(handle, event, job, sequence, ALERTS);
    }

    private Outbox.Outcome failed(Delivery delivery, Consequence consequence, @Nullable Duration wait) {
        return ledger.outbox.failed(
                delivery,
                new DeliveryFailure(consequence, "HTTP status 000", Duration.ZERO),
                Optional.ofNullable(wait));
    }

    private void slowDown(Delivery delivery, Duration retryAfter) {
        ledger.outbox.failed(
                delivery,
                new DeliveryFailure(Consequence.SLOW_DOWN, "HTTP status 503", retryAfter),
                Optional.of(Duration.ZERO));
    }

    private static String name(Delivery delivery) {
        return delivery.subject() + delivery.sequence();
    }

    private static Delivery only(List<Delivery> deliveries) {
        assertThat(deliveries).hasSize(1);
        return deliveries.get(0);
    }
}
