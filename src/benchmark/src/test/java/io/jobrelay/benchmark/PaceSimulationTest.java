package io.jobrelay.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.benchmark.PaceSimulation.Outcome;
import io.jobrelay.watch.Pace;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What docs/performance.md says of the pace. */
class PaceSimulationTest {
    private static final Duration MEDIAN = Duration.ofMinutes(10);
    private static final int JOBS = 2_000;

    @Test
    void is_at_most_a_tenth_late_whatever_the_life() {
        Outcome outcome = new PaceSimulation(JOBS, MEDIAN, 2.5).of(Pace.parse("1s..10d"));

        assertThat(outcome.worst()).isPositive().isLessThan(0.1);
    }

    @Test
    void is_half_as_late_as_a_fixed_pace_of_as_many_calls_where_lives_differ_widely() {
        PaceSimulation simulation = new PaceSimulation(JOBS, MEDIAN, 2.5);
        Outcome growing = simulation.of(Pace.DEFAULT);
        Outcome fixed = simulation.of(simulation.fixed(growing.calls()));

        assertThat(fixed.calls()).isBetween(0.95 * growing.calls(), 1.05 * growing.calls());
        assertThat(growing.median()).isLessThan(fixed.median() / 2);
        assertThat(growing.high()).isLessThan(fixed.high() / 2);
    }

    @Test
    void costs_a_fraction_of_ten_seconds_fixed() {
        PaceSimulation simulation = new PaceSimulation(JOBS, MEDIAN, 2);

        assertThat(simulation.of(Pace.DEFAULT).calls())
                .isLessThan(simulation.of(Pace.parse("10s")).calls() / 5);
    }

    @Test
    void comes_to_the_same_every_time() {
        assertThat(new PaceSimulation(JOBS, MEDIAN, 1).of(Pace.DEFAULT))
                .isEqualTo(new PaceSimulation(JOBS, MEDIAN, 1).of(Pace.DEFAULT));
    }
}
