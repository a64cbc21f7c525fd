package io.jobrelay.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The distribution, started by its own script: when it polls for the first time, and what it then takes of memory. */
final class StartBenchmark {
    private static final Path DISTRIBUTION = Path.of("target", "jobrelay").toAbsolutePath();

    private final Path directory;
    private final Provider provider;
    private final Duration rest;

    /**
     * @param rest from the first poll until memory is looked at
     */
    StartBenchmark(Path directory, Provider provider, Duration rest) {
        this.directory = directory;
        this.provider = provider;
        this.rest = rest;
    }

    /** One start. */
    record Start(double firstPollSeconds, double cpuSeconds, double liveMegabytes, double residentMegabytes) {}

    List<Start> run(int rounds) throws IOException, InterruptedException {
        if (!Files.isExecutable(DISTRIBUTION.resolve("bin/jobrelay"))) {
            throw new IllegalStateException(DISTRIBUTION + " is not there: make it with mvn -q -DskipTests package");
        }
        List<Start> starts = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            starts.add(start());
        }
        return starts;
    }

    private Start start() throws IOException, InterruptedException {
        Path own = Files.createTempDirectory(directory, "start");
        provider.reset();
        JobrelayDirectory.prepare(own, Api.HUAWEI, provider, 32, Map.of());
        JobrelayDirectory.watch(own, Api.HUAWEI, 1, "1s");
        long begin = System.nanoTime();
        try (Program program = Program.distribution(DISTRIBUTION, own, own.resolve("jobrelay.log"), "run")) {
            program.await("polled", () -> provider.counts().polls() > 0);
            double firstPoll = (System.nanoTime() - begin) / 1e9;
            Thread.sleep(rest.toMillis());
            double resident = program.residentMegabytes();
            try (Vitals vitals = Vitals.of(program)) {
                return new Start(firstPoll, vitals.cpuMillis() / 1000, vitals.liveBytes() / 1024.0 / 1024, resident);
            }
        }
    }

    static Table table(List<Start> starts) {
        Table table = new Table("start to first poll", "CPU until settled", "live heap", "resident");
        table.row(
                median(starts, Start::firstPollSeconds, 1) + " s",
                median(starts, Start::cpuSeconds, 1) + " s",
                median(starts, Start::liveMegabytes, 0) + " MB",
                median(starts, Start::residentMegabytes, 0) + " MB");
        return table;
    }

    private static String median(List<Start> starts, ToDoubleFunction<Start> of, int decimals) {
        return Table.number(Table.median(starts.stream().mapToDouble(of)), decimals);
    }
}
