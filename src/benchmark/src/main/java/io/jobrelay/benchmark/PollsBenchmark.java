package io.jobrelay.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Polls per second of several contenders, each in turn, round after round, so that a loaded machine loads all. */
final class PollsBenchmark {
    private final Load load;
    private final Path directory;
    private final Provider provider;

    PollsBenchmark(Load load, Path directory, Provider provider) {
        this.load = load;
        this.directory = directory;
        this.provider = provider;
    }

    /**
     * Runs all.
     *
     * @param contenders the first is what the others are compared with
     */
    Map<Contender, List<Sample>> run(List<Contender> contenders, int rounds) throws IOException, InterruptedException {
        Map<Contender, List<Sample>> samples = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Contender contender : contenders) {
                Path own = Files.createTempDirectory(directory, "run");
                Sample sample = new PollRun(provider, load).of(contender, own);
                System.err.printf("%d %s: %s%n", round + 1, contender.label(), sample);
                samples.computeIfAbsent(contender, key -> new ArrayList<>()).add(sample);
            }
        }
        return samples;
    }

    static Table table(Map<Contender, List<Sample>> samples) {
        List<Sample> baseline = samples.values().iterator().next();
        Table table = new Table(
                "contender",
                "polls/s (spread)",
                "ratio",
                "CPU ms/poll",
                "JIT ms/poll",
                "KB/poll",
                "provider CPU ms/poll",
                "first poll after");
        samples.forEach((contender, own) -> table.row(
                contender.label(),
                Table.spread(perSecond(own)),
                Table.number(Table.medianRatio(perSecond(own), perSecond(baseline)), 2),
                Table.number(median(own, Sample::cpuMillis), 3),
                Table.number(median(own, Sample::compilerMillis), 3),
                Table.number(median(own, Sample::bytes) / 1024, 0),
                Table.number(median(own, Sample::providerMillis), 3),
                Table.number(median(own, Sample::firstPollSeconds), 1) + " s"));
        return table;
    }

    private static List<Double> perSecond(List<Sample> samples) {
        return samples.stream().map(Sample::perSecond).toList();
    }

    private static double median(List<Sample> samples, ToDoubleFunction<Sample> of) {
        return Table.median(samples.stream().mapToDouble(of));
    }
}
