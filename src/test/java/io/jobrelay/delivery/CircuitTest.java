package io.jobrelay.delivery;

import static io.jobrelay.delivery.AttemptResult.DEAD;
import static io.jobrelay.delivery.AttemptResult.GIVEN_BACK;
import static io.jobrelay.delivery.AttemptResult.RETRIED;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.delivery.Circuit.State;
import io.jobrelay.delivery.Circuit.Transition;
import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CircuitTest {
    private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final CircuitBreaker BREAKER = new CircuitBreaker(10, MINUTE, Duration.ofDays(5));

    private Instant now = START;
    private Circuit circuit = Circuit.NEW;

    @Test
    void opens_after_ten_failures_in_a_row_and_not_before() {
        assertThat(fail(9)).containsOnly("RETRIED NONE");
        succeed();
        assertThat(fail(9)).containsOnly("RETRIED NONE");
        assertThat(fail(Consequence.UNAVAILABLE)).isEqualTo("RETRIED OPENED");

        assertThat(circuit.state(now)).isEqualTo(State.OPEN);
        assertThat(circuit.flows(now)).isFalse();
    }

    @Test
    void while_it_is_open_a_probe_may_go_each_minute_and_no_attempt_counts() {
        open();
        for (int probe = 0; probe < 14; probe++) {
            passes(MINUTE.minusMillis(1));
            assertThat(circuit.flows(now)).isFalse();
            passes(Duration.ofMillis(1));
            assertThat(circuit.flows(now)).isTrue();
            assertThat(circuit.state(now)).isEqualTo(State.HALF_OPEN);
            assertThat(probe(Consequence.UNAVAILABLE)).isEqualTo("GIVEN_BACK NONE");
        }
    }

    @Test
    void a_probe_that_gets_through_closes_it_and_nothing_is_left_of_its_failures() {
        open();
        passes(MINUTE);
        succeed();

        assertThat(circuit).isEqualTo(Circuit.NEW);
    }

    @Test
    void failures_that_were_under_way_when_it_opened_do_not_count() {
        open();
        assertThat(fail(3)).containsOnly("GIVEN_BACK NONE");
    }

    @Test
    void a_failure_that_comes_in_during_a_probe_lets_no_other_go() {
        open();
        Instant next = circuit.nextTry(now).orElseThrow();
        passes(MINUTE);
        fail(Consequence.UNAVAILABLE);
        assertThat(circuit.probeAt()).isEqualTo(next);
        succeed();

        assertThat(circuit.state(now)).as("a late success is one").isEqualTo(State.CLOSED);
        assertThat(probe(Consequence.UNAVAILABLE)).as("a probe never counts").isEqualTo("GIVEN_BACK NONE");
    }

    @Test
    void a_refusal_is_no_failure_of_the_destination() {
        fail(9);
        assertThat(fail(Consequence.REFUSED)).isEqualTo("RETRIED NONE");
        assertThat(fail(9)).containsOnly("RETRIED NONE");
        assertThat(fail(Consequence.UNAVAILABLE)).isEqualTo("RETRIED OPENED");
        passes(MINUTE);

        assertThat(probe(Consequence.REFUSED)).as("whoever refuses is alive").isEqualTo("RETRIED CLOSED");
        for (int i = 0; i < 20; i++) {
            assertThat(fail(Consequence.REFUSED)).isEqualTo("RETRIED NONE");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Consequence.class,
            names = {"REFUSED", "UNAVAILABLE", "SLOW_DOWN"})
    void the_last_attempt_makes_a_delivery_dead_unless_it_does_not_count(Consequence consequence) {
        assertThat(fail(consequence, false, true, Duration.ZERO)).isEqualTo("DEAD NONE");
        circuit = Circuit.NEW;
        open();

        assertThat(fail(consequence, true, true, Duration.ZERO))
                .startsWith((consequence == Consequence.REFUSED ? DEAD : GIVEN_BACK).name());
    }

    @Test
    void an_overloaded_destination_is_left_alone_at_once_and_counts() {
        for (int i = 0; i < 9; i++) {
            assertThat(fail(Consequence.SLOW_DOWN)).isEqualTo("RETRIED NONE");
            assertThat(circuit.flows(now)).isFalse();
            assertThat(circuit.open()).isFalse();
            passes(MINUTE);
            assertThat(circuit.flows(now)).isTrue();
        }

        assertThat(fail(Consequence.SLOW_DOWN)).isEqualTo("RETRIED OPENED");
    }

    @Test
    void an_overloaded_destination_rests_for_the_longest_time_asked() {
        fail(Consequence.SLOW_DOWN, false, false, Duration.ofDays(2));
        fail(Consequence.SLOW_DOWN, false, false, Duration.ofDays(1));

        assertThat(circuit.nextTry(now)).contains(START.plus(Duration.ofDays(2)));
        succeed();
        assertThat(circuit.flows(now)).as("what was under way").isFalse();
    }

    @Test
    void a_probe_waits_for_as_long_as_the_destination_asks() {
        open();
        passes(MINUTE);
        fail(Consequence.UNAVAILABLE, true, false, Duration.ofHours(1));
        passes(Duration.ofMinutes(59));
        assertThat(circuit.flows(now)).isFalse();
        passes(MINUTE);

        assertThat(circuit.flows(now)).isTrue();
    }

    @Test
    void a_destination_that_must_wait_pauses_at_once_and_resumes_by_itself() {
        assertThat(fail(Consequence.WAIT)).isEqualTo("GIVEN_BACK OPENED");
        assertThat(fail(Consequence.WAIT)).isEqualTo("GIVEN_BACK NONE");
        assertThat(circuit.flows(now)).isFalse();
        for (int day = 0; day < 10; day++) {
            passes(Duration.ofDays(1));
            assertThat(probe(Consequence.WAIT)).isEqualTo("GIVEN_BACK NONE");
        }
        passes(MINUTE);
        assertThat(circuit.flows(now)).isTrue();
        succeed();

        assertThat(circuit).isEqualTo(Circuit.NEW);
    }

    @Test
    void is_disabled_after_five_days_without_a_success_and_not_before() {
        open();
        passes(Duration.ofDays(5).minusMillis(1));
        assertThat(probe(Consequence.UNAVAILABLE)).isEqualTo("GIVEN_BACK NONE");
        passes(MINUTE);

        assertThat(probe(Consequence.UNAVAILABLE)).isEqualTo("GIVEN_BACK DISABLED");
        assertThat(circuit.disabled()).isEqualTo("nothing got through since 2026-11-22T10:00:00Z: HTTP status 000");
        passes(Duration.ofDays(30));
        assertThat(circuit.flows(now)).isFalse();
        assertThat(circuit.nextTry(now)).as("only somebody who enables it").isEmpty();
    }

    @Test
    void one_success_begins_the_five_days_anew() {
        open();
        passes(Duration.ofDays(4));
        succeed();
        passes(Duration.ofDays(4));

        assertThat(fail(Consequence.UNAVAILABLE)).isEqualTo("RETRIED NONE");
    }

    @Test
    void days_with_nothing_to_deliver_are_none_without_a_success() {
        fail(Consequence.UNAVAILABLE);
        circuit = circuit.idle();
        passes(Duration.ofDays(30));

        assertThat(fail(Consequence.UNAVAILABLE)).isEqualTo("RETRIED NONE");
        assertThat(circuit.failures()).isEqualTo(2);
    }

    @Test
    void days_in_which_nobody_tried_are_none_without_a_success() {
        open();
        passes(Duration.ofDays(4));
        probe(Consequence.UNAVAILABLE);
        passes(Duration.ofDays(30));
        circuit = circuit.resumed(now);
        assertThat(circuit.flows(now)).as("a probe goes at once").isTrue();
        assertThat(probe(Consequence.UNAVAILABLE)).isEqualTo("GIVEN_BACK NONE");
        passes(Duration.ofDays(1));

        assertThat(probe(Consequence.UNAVAILABLE)).isEqualTo("GIVEN_BACK DISABLED");
    }

    @Test
    void a_destination_that_is_gone_is_disabled_once() {
        assertThat(fail(Consequence.DISABLE)).isEqualTo("GIVEN_BACK DISABLED");
        assertThat(fail(Consequence.DISABLE)).isEqualTo("GIVEN_BACK NONE");
        assertThat(fail(Consequence.UNAVAILABLE)).isEqualTo("GIVEN_BACK NONE");
        succeed();

        assertThat(circuit.state(now)).as("until somebody enables it").isEqualTo(State.DISABLED);
    }

    private List<String> fail(int times) {
        List<String> outcomes = new ArrayList<>();
        Collections.nCopies(times, Consequence.UNAVAILABLE).forEach(each -> outcomes.add(fail(each)));
        return outcomes;
    }

    private String fail(Consequence consequence) {
        return fail(consequence, false, false, Duration.ZERO);
    }

    private String probe(Consequence consequence) {
        return fail(consequence, true, false, Duration.ZERO);
    }

    private String fail(Consequence consequence, boolean probe, boolean last, Duration retryAfter) {
        DeliveryFailure failure = new DeliveryFailure(consequence, "HTTP status 000", retryAfter);
        Circuit.Outcome outcome = circuit.failed(failure, probe, last, BREAKER, now);
        circuit = outcome.circuit();
        return outcome.result() + " " + outcome.transition();
    }

    private void open() {
        assertThat(fail(9)).containsOnly(RETRIED + " " + Transition.NONE);
        assertThat(fail(Consequence.UNAVAILABLE)).isEqualTo("RETRIED OPENED");
    }

    private void succeed() {
        circuit = circuit.alive();
    }

    private void passes(Duration time) {
        now = now.plus(time);
    }
}
