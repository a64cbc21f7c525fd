package io.jobrelay.benchmark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures and prints tables; docs/performance.md says what and how. */
@Command(
        name = "benchmark",
        mixinStandardHelpOptions = true,
        description = "Measures Jobrelay beside others, run in turn on this machine, and prints tables.")
final class Benchmark {
    private final Path directory;

    private Benchmark(Path directory) {
        this.directory = directory;
    }

    public static void main(String[] arguments) throws IOException {
        Path directory = Files.createDirectories(Path.of("target", "benchmark")).toAbsolutePath();
        System.exit(new CommandLine(new Benchmark(directory))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Command(description = "Polls per second: signed, mapped, committed.", mixinStandardHelpOptions = true)
    int polls(
            @Option(names = "--api", defaultValue = "HUAWEI") Api api,
            @Option(names = "--rounds", defaultValue = "5") int rounds,
            @Option(names = "--concurrency", defaultValue = "32") int concurrency,
            @Option(names = "--jobs", defaultValue = "1000") int jobs,
            @Option(names = "--warm-up", defaultValue = "20", description = "seconds") int warmUp,
            @Option(names = "--window", defaultValue = "15", description = "seconds") int window,
            @Option(names = "--check-every", defaultValue = "50") int checkEvery,
            @Option(names = "--java", defaultValue = "-Xmx512m", description = "options for Java, for all")
                    String options,
            @Option(names = "--only", defaultValue = "", description = "labels that contain this") String only)
            throws IOException, InterruptedException {
        Load load = new Load(
                jobs, concurrency, Duration.ofSeconds(warmUp), Duration.ofSeconds(window), List.of(options.split(" ")));
        try (Provider provider = Provider.start(directory, checkEvery)) {
            List<Contender> contenders = new ArrayList<>();
            contenders.add(new LoopContender("HttpClient 5, bare loop", api, BareClient.class));
            contenders.add(new JobrelayContender("Jobrelay, SQLite", api, Map.of(), false));
            contenders.add(LoopContender.vendor(api));
            contenders.removeIf(contender -> !contender.label().contains(only));
            System.out.println(machine());
            System.out.println(
                    PollsBenchmark.table(new PollsBenchmark(load, directory, provider).run(contenders, rounds)));
        }
        return 0;
    }

    private static String machine() {
        return "%d cores, Java %s, load average %.1f"
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        System.getProperty("java.runtime.version"),
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
}
