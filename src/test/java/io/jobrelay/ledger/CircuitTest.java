package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import io.jobrelay.delivery.DeliveryFailure;
import io.jobrelay.ledger.Outbox.Fate;
import io.jobrelay.ledger.Outbox.Outcome;
import io.jobrelay.ledger.Outbox.Turn;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
@OnBothEngines
class CircuitTest {
    private static final String HOOK = "hook";
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Outcome COUNTED = new Outcome(Fate.RETRIED, Turn.NONE);
    private static final Outcome SPARED = new Outcome(Fate.GIVEN_BACK, Turn.NONE);

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
    void opens_after_ten_failures_in_a_row_and_not_before() {
        jobs(HOOK, 20);
        for (int i = 0; i < 9; i++) {
            assertThat(fail(claimOne())).isEqualTo(COUNTED);
        }
        ledger.outbox.delivered(claimOne(), Set.of()).join();
        for (int i = 0; i < 9; i++) {
            assertThat(fail(claimOne())).isEqualTo(COUNTED);
        }
        assertThat(fail(claimOne())).isEqualTo(new Outcome(Fate.RETRIED, Turn.OPENED));

        assertThat(ledger.outbox.claim(HOOK, 10)).isEmpty();
        assertThat(attempts()).isEqualTo(19);
    }

    @Test
    void while_it_is_open_one_probe_a_minute_is_sent_and_a_different_one_each_time() {
        open(HOOK, 4);
        Set<String> probed = new HashSet<>();
        for (int probe = 0; probe < 14; probe++) {
            ledger.clock.advance(MINUTE.minusMillis(1));
            assertThat(ledger.outbox.claim(HOOK, 10)).isEmpty();
            ledger.clock.advance(Duration.ofMillis(1));
            List<Delivery> claimed = ledger.outbox.claim(HOOK, 10);
            assertThat(claimed)
                    .singleElement()
                    .satisfies(delivery -> assertThat(delivery.probe()).isTrue());
            assertThat(ledger.outbox.claim(HOOK, 10)).as("a probe is under way").isEmpty();
            assertThat(fail(claimed.get(0))).isEqualTo(SPARED);
            probed.add(claimed.get(0).eventId());
        }

        assertThat(probed).as("all that were waiting, in turn").hasSize(14);
        assertThat(attempts()).as("those that opened it").isEqualTo(10);
    }

    @Test
    void a_probe_that_gets_through_closes_it_and_everything_goes() {
        open(HOOK, 4);
        ledger.clock.advance(MINUTE);
        fail(claimOne());
        ledger.clock.advance(MINUTE);

        assertThat(ledger.outbox.delivered(claimOne(), Set.of()).join()).isTrue();
        assertThat(ledger.outbox.claim(HOOK, 100))
                .hasSize(13)
                .allSatisfy(delivery -> assertThat(delivery.probe()).isFalse());
        assertThat(ledger.query("select failures || coalesce(cast(failing_since as text), '-') || coalesce(error, '-')"
                        + " from destination"))
                .containsExactly("0--");
    }

    @Test
    void what_comes_later_is_probed_before_what_has_failed() {
        open(HOOK, 0);
        ledger.clock.advance(Duration.ofHours(2));
        Delivery poisoned = claimOne();
        fail(poisoned);
        jobs(HOOK, 1);
        settleAllBut(poisoned);
        ledger.clock.advance(MINUTE);

        assertThat(claimOne().eventId()).isNotEqualTo(poisoned.eventId());
    }

    @Test
    void failures_that_were_under_way_when_it_opened_do_not_count() {
        jobs(HOOK, 20);
        for (int i = 0; i < 8; i++) {
            fail(claimOne());
        }
        List<Delivery> underWay = ledger.outbox.claim(HOOK, 4);

        assertThat(underWay.stream().map(this::fail))
                .containsExactly(COUNTED, new Outcome(Fate.RETRIED, Turn.OPENED), SPARED, SPARED);
        assertThat(attempts()).isEqualTo(10);
    }

    @Test
    void a_failure_that_comes_in_during_a_probe_lets_no_other_go() {
        jobs(HOOK, 20);
        List<Delivery> slow = ledger.outbox.claim(HOOK, 2);
        for (int i = 0; i < 10; i++) {
            fail(claimOne());
        }
        ledger.clock.advance(MINUTE);
        Delivery probe = claimOne();
        assertThat(fail(slow.get(0))).isEqualTo(SPARED);
        ledger.clock.advance(MINUTE);
        assertThat(ledger.outbox.claim(HOOK, 10)).isEmpty();

        assertThat(ledger.outbox.delivered(slow.get(1), Set.of()).join())
                .as("a late success is one")
                .isTrue();
        assertThat(fail(probe)).as("a probe never counts").isEqualTo(SPARED);
        assertThat(ledger.outbox.claim(HOOK, 100)).hasSize(18);
    }

    @Test
    void a_probe_is_given_up_after_its_lease() {
        open(HOOK, 2);
        ledger.clock.advance(MINUTE);
        claimOne();
        ledger.clock.advance(Duration.ofMinutes(5));

        assertThat(claimOne().probe()).isTrue();
    }

    @Test
    void a_probe_that_is_cut_short_is_sent_again() {
        open(HOOK, 2);
        ledger.clock.advance(MINUTE);
        ledger.outbox.giveBack(claimOne());

        assertThat(claimOne().probe()).isTrue();
        assertThat(ledger.outbox.claim(HOOK, 10)).isEmpty();
    }

    @Test
    void stays_open_over_a_restart_and_a_probe_that_died_with_the_process_blocks_nothing() {
        open(HOOK, 2);
        ledger.clock.advance(MINUTE);
        Delivery lost = claimOne();
        restart();

        Delivery probe = claimOne();
        assertThat(probe.probe()).isTrue();
        assertThat(probe.attempts()).isLessThanOrEqualTo(1);
        assertThat(ledger.outbox.claim(HOOK, 10)).isEmpty();
        assertThat(probe.eventId()).as("the others first").isNotEqualTo(lost.eventId());
        assertThat(fail(probe)).isEqualTo(SPARED);
        assertThat(ledger.outbox.claim(HOOK, 10)).isEmpty();
        ledger.clock.advance(MINUTE);
        assertThat(ledger.outbox.delivered(claimOne(), Set.of()).join()).isTrue();
    }

    @Test
    void a_refusal_is_no_failure_of_the_destination() {
        jobs(HOOK, 40);
        for (int i = 0; i < 9; i++) {
            fail(claimOne());
        }
        assertThat(fail(claimOne(), Consequence.REFUSED)).isEqualTo(COUNTED);
        for (int i = 0; i < 9; i++) {
            assertThat(fail(claimOne())).isEqualTo(COUNTED);
        }
        assertThat(fail(claimOne())).isEqualTo(new Outcome(Fate.RETRIED, Turn.OPENED));
        ledger.clock.advance(MINUTE);

        assertThat(fail(claimOne(), Consequence.REFUSED))
                .as("whoever refuses is alive")
                .isEqualTo(new Outcome(Fate.RETRIED, Turn.CLOSED));
        for (int i = 0; i < 19; i++) {
            assertThat(fail(claimOne(), Consequence.REFUSED)).isEqualTo(COUNTED);
        }
    }

    @Test
    void other_destinations_go_on() {
        open(HOOK, 2);
        jobs("other", 3);

        assertThat(ledger.outbox.claim("other", 10)).hasSize(3);
    }

    @Test
    void an_overloaded_destination_is_left_alone_at_once_and_counts() {
        jobs(HOOK, 20);
        for (int i = 0; i < 9; i++) {
            assertThat(fail(claimOne(), Consequence.SLOW_DOWN)).isEqualTo(COUNTED);
            assertThat(ledger.outbox.claim(HOOK, 10)).isEmpty();
            ledger.clock.advance(MINUTE);
        }

        assertThat(fail(claimOne(), Consequence.SLOW_DOWN)).isEqualTo(new Outcome(Fate.RETRIED, Turn.OPENED));
    }

    @Test
    void a_probe_waits_for_as_long_as_the_destination_asks() {
        open(HOOK, 2);
        ledger.clock.advance(MINUTE);
        ledger.outbox.failed(
                claimOne(),
                new DeliveryFailure(Consequence.UNAVAILABLE, "HTTP status 500", Duration.ofHours(1)),
                Optional.of(Duration.ZERO));
        ledger.clock.advance(Duration.ofMinutes(59));
        assertThat(ledger.outbox.claim(HOOK, 1)).isEmpty();
        ledger.clock.advance(MINUTE);

        assertThat(ledger.outbox.claim(HOOK, 1)).hasSize(1);
    }

    @Test
    void a_destination_that_must_wait_pauses_at_once_and_resumes_by_itself() {
        jobs(HOOK, 4);
        List<Delivery> underWay = ledger.outbox.claim(HOOK, 2);
        assertThat(fail(underWay.get(0), Consequence.WAIT)).isEqualTo(new Outcome(Fate.GIVEN_BACK, Turn.OPENED));
        assertThat(fail(underWay.get(1), Consequence.WAIT)).isEqualTo(SPARED);
        assertThat(ledger.outbox.claim(HOOK, 10)).isEmpty();
        for (int day = 0; day < 10; day++) {
            ledger.clock.advance(Duration.ofDays(1));
            assertThat(fail(claimOne(), Consequence.WAIT)).isEqualTo(SPARED);
        }
        ledger.clock.advance(MINUTE);

        assertThat(ledger.outbox.delivered(claimOne(), Set.of()).join()).isTrue();
        assertThat(ledger.outbox.claim(HOOK, 10)).hasSize(3);
        assertThat(attempts()).isZero();
    }

    @Test
    void is_disabled_after_five_days_without_a_success_and_not_before() {
        open(HOOK, 2);
        ledger.clock.advance(Duration.ofDays(5).minusMillis(1));
        assertThat(fail(claimOne())).isEqualTo(SPARED);
        ledger.clock.advance(MINUTE);

        assertThat(fail(claimOne())).isEqualTo(new Outcome(Fate.GIVEN_BACK, Turn.DISABLED));
        assertThat(ledger.outbox.disabled(HOOK))
                .hasValue("nothing got through since 2026-11-22T10:00:00Z: HTTP status 000");
        ledger.clock.advance(Duration.ofDays(30));
        restart();
        assertThat(ledger.outbox.claim(HOOK, 1)).isEmpty();
    }

    @Test
    void one_success_begins_the_five_days_anew() {
        open(HOOK, 2);
        ledger.clock.advance(Duration.ofDays(4));
        ledger.outbox.delivered(claimOne(), Set.of()).join();
        ledger.clock.advance(Duration.ofDays(4));

        assertThat(fail(claimOne())).isEqualTo(COUNTED);
    }

    @Test
    void days_with_nothing_to_deliver_are_none_without_a_success() {
        jobs(HOOK, 1);
        ledger.outbox.failed(claimOne(), failure(Consequence.UNAVAILABLE), Optional.empty());
        ledger.clock.advance(Duration.ofDays(30));
        jobs(HOOK, 1);

        assertThat(fail(claimOne())).isEqualTo(COUNTED);
    }

    @Test
    void days_in_which_nobody_tried_are_none_without_a_success() {
        open(HOOK, 2);
        ledger.clock.advance(Duration.ofDays(4));
        fail(claimOne());
        ledger.clock.advance(Duration.ofDays(30));
        restart();
        assertThat(fail(claimOne())).isEqualTo(SPARED);
        ledger.clock.advance(Duration.ofDays(1));

        assertThat(fail(claimOne()).turn()).isEqualTo(Turn.DISABLED);
    }

    @Test
    void a_destination_that_is_gone_stays_disabled_until_it_is_enabled() {
        jobs(HOOK, 3);
        List<Delivery> underWay = ledger.outbox.claim(HOOK, 2);
        assertThat(fail(underWay.get(0), Consequence.DISABLE)).isEqualTo(new Outcome(Fate.GIVEN_BACK, Turn.DISABLED));
        assertThat(fail(underWay.get(1), Consequence.DISABLE)).as("told once").isEqualTo(SPARED);
        restart();
        assertThat(ledger.outbox.claim(HOOK, 10)).isEmpty();
        assertThat(ledger.outbox.owing()).doesNotContain(HOOK);

        assertThat(new Destinations(ledger.database).enable(HOOK)).isTrue();
        assertThat(ledger.outbox.claim(HOOK, 10)).hasSize(3);
        assertThat(attempts()).isZero();
        assertThat(new Destinations(ledger.database).enable(HOOK)).isFalse();
    }

    @Test
    void a_destination_that_is_enabled_pauses_no_longer() {
        jobs(HOOK, 2);
        ledger.outbox.failed(
                claimOne(),
                new DeliveryFailure(Consequence.SLOW_DOWN, "HTTP status 503", Duration.ofDays(1)),
                Optional.of(Duration.ZERO));
        assertThat(ledger.outbox.claim(HOOK, 10)).isEmpty();

        assertThat(new Destinations(ledger.database).enable(HOOK)).isTrue();
        assertThat(ledger.outbox.claim(HOOK, 10)).hasSize(2);
        assertThat(new Destinations(ledger.database).enable(HOOK)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Consequence.class)
    void what_cannot_be_routed_is_never_given_up(Consequence consequence) {
        jobs(HOOK, 1);
        for (int attempt = 0; attempt < 30; attempt++) {
            Delivery change = ledger.outbox.claim(Outbox.CHANGES, 1).get(0);
            assertThat(ledger.outbox
                            .failed(change, failure(consequence), Optional.empty())
                            .fate())
                    .isEqualTo(Fate.GIVEN_BACK);
            assertThat(ledger.outbox.claim(Outbox.CHANGES, 1)).isEmpty();
            ledger.clock.advance(Duration.ofDays(1));
        }

        assertThat(ledger.outbox.claim(Outbox.CHANGES, 1))
                .singleElement()
                .satisfies(change -> assertThat(change.attempts()).isZero());
    }

    @Test
    void a_change_that_cannot_be_routed_holds_up_no_other() {
        jobs(HOOK, 30);
        Delivery poisoned = ledger.outbox.claim(Outbox.CHANGES, 1).get(0);
        ledger.outbox.failed(poisoned, failure(Consequence.UNAVAILABLE), Optional.empty());

        assertThat(ledger.outbox.claim(Outbox.CHANGES, 100)).hasSize(29);
    }

    @Test
    void many_workers_open_it_once_count_ten_attempts_and_send_one_probe_at_a_time() throws Exception {
        jobs(HOOK, 200);
        AtomicInteger opened = new AtomicInteger();
        AtomicInteger probesUnderWay = new AtomicInteger();
        AtomicInteger mostProbes = new AtomicInteger();
        AtomicInteger probes = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Future<?>> workers = new ArrayList<>();
        for (int worker = 0; worker < 8; worker++) {
            workers.add(threads.submit(() -> {
                while (probes.get() < 40) {
                    for (Delivery delivery : ledger.outbox.claim(HOOK, 3)) {
                        if (delivery.probe()) {
                            mostProbes.accumulateAndGet(probesUnderWay.incrementAndGet(), Math::max);
                        }
                        boolean opens = fail(delivery).turn() == Turn.OPENED;
                        if (opens) {
                            opened.incrementAndGet();
                        }
                        if (delivery.probe()) {
                            probesUnderWay.decrementAndGet();
                            probes.incrementAndGet();
                        }
                        if (opens || delivery.probe()) {
                            ledger.clock.advance(MINUTE); // the only ones that wait for it
                        }
                    }
                }
            }));
        }
        for (Future<?> worker : workers) {
            worker.get(60, TimeUnit.SECONDS);
        }
        threads.shutdown();

        assertThat(opened).hasValue(1);
        assertThat(mostProbes).hasValue(1);
        assertThat(attempts()).isEqualTo(10);
        assertThat(ledger.query("select distinct status from delivery where destination = 'hook'"))
                .containsExactly("PENDING");
    }

    /** Ten deliveries that failed opened the circuit, and so many others wait. */
    private void open(String destination, int others) {
        jobs(destination, 10 + others);
        for (int i = 0; i < 9; i++) {
            assertThat(fail(claimOne())).isEqualTo(COUNTED);
        }
        assertThat(fail(claimOne()).turn()).isEqualTo(Turn.OPENED);
    }

    private void settleAllBut(Delivery delivery) {
        ledger.database.write(handle -> handle.execute(
                "update delivery set due_at = null where destination = ? and event_id <> ? and error is not null",
                HOOK,
                delivery.eventId()));
    }

    private Delivery claimOne() {
        List<Delivery> claimed = ledger.outbox.claim(HOOK, 1);
        assertThat(claimed).hasSize(1);
        return claimed.get(0);
    }

    private Outcome fail(Delivery delivery) {
        return fail(delivery, Consequence.UNAVAILABLE);
    }

    private Outcome fail(Delivery delivery, Consequence consequence) {
        return ledger.outbox.failed(delivery, failure(consequence), Optional.of(Duration.ofMillis(1)));
    }

    private static DeliveryFailure failure(Consequence consequence) {
        return new DeliveryFailure(consequence, "HTTP status 000", Duration.ZERO);
    }

    private int attempts() {
        return Integer.parseInt(ledger.query("select sum(attempts) from delivery where destination = 'hook'")
                .get(0));
    }

    /** One change of each of so many new jobs. */
    private void jobs(String destination, int count) {
        int first = Integer.parseInt(ledger.query("select count(*) from change").get(0));
        ledger.database.write(handle -> {
            for (int job = first; job < first + count; job++) {
                String event = "event-" + job;
                ledger.change(handle, event, "job " + job, 1, destination);
            }
            return null;
        });
    }

    private void restart() {
        ledger.close();
        ledger = Ledger.open(engine.ledger(directory), ledger.clock);
    }
}
