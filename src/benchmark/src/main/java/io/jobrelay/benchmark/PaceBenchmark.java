package io.jobrelay.benchmark;

import io.jobrelay.benchmark.PaceSimulation.Outcome;
import io.jobrelay.watch.Pace;
import java.time.Duration;
import java.util.List;

/** How late changes are seen and at what cost: paces that grow with age beside fixed ones, and at equal calls. */
final class PaceBenchmark {
    private static final Duration MEDIAN = Duration.ofMinutes(10);
    private static final List<Double> SPREADS = List.of(1.0, 1.5, 2.0, 2.5);
    private static final List<String> GROWING = List.of(Pace.DEFAULT.toString(), "10s..1d");
    private static final List<String> FIXED = List.of("10s", "30s", "60s");

    private PaceBenchmark() {}

    static Table table(int jobs) {
        Table table = new Table(
                "sigma",
                "every",
                "calls a job",
                "median delay",
                "90th percentile",
                "fixed, as many calls",
                "its median delay",
                "its 90th percentile",
                "ratio of medians");
        for (double sigma : SPREADS) {
            PaceSimulation simulation = new PaceSimulation(jobs, MEDIAN, sigma);
            GROWING.forEach(every -> growing(table, sigma, simulation, Pace.parse(every)));
            FIXED.forEach(every -> fixed(table, sigma, simulation, Pace.parse(every)));
        }
        return table;
    }

    private static void growing(Table table, double sigma, PaceSimulation simulation, Pace pace) {
        Outcome outcome = simulation.of(pace);
        Pace fixed = simulation.fixed(outcome.calls());
        Outcome other = simulation.of(fixed);
        table.row(
                String.valueOf(sigma),
                pace.toString(),
                Table.number(outcome.calls(), 0),
                percent(outcome.median()),
                percent(outcome.high()),
                Table.number(fixed.shortest().toMillis() / 1000.0, 0) + " s",
                percent(other.median()),
                percent(other.high()),
                Table.number(outcome.median() / other.median(), 2));
    }

    private static void fixed(Table table, double sigma, PaceSimulation simulation, Pace pace) {
        Outcome outcome = simulation.of(pace);
        table.row(
                String.valueOf(sigma),
                pace.shortest().toSeconds() + "s, fixed",
                Table.number(outcome.calls(), 0),
                percent(outcome.median()),
                percent(outcome.high()),
                "",
                "",
                "",
                "");
    }

    private static String percent(double share) {
        return Table.number(100 * share, 1) + " %";
    }
}
