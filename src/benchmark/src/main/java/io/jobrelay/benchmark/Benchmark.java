package io.jobrelay.benchmark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
            @Option(
                            names = "--warm-up",
                            defaultValue = "60",
                            description = "seconds; until the compiler of Java has done its work")
                    int warmUp,
            @Option(names = "--window", defaultValue = "15", description = "seconds") int window,
            @Option(names = "--check-every", defaultValue = "50") int checkEvery,
            @Option(names = "--java", defaultValue = "-Xmx512m", description = "options for Java, for all")
                    String options,
            @Option(
                            names = "--only",
                            split = ",",
                            description = "contenders in whose labels one of these patterns is found")
                    @Nullable
                    List<Pattern> only)
            throws IOException, InterruptedException {
        Load load = new Load(
                jobs, concurrency, Duration.ofSeconds(warmUp), Duration.ofSeconds(window), List.of(options.split(" ")));
        try (Provider provider = Provider.start(directory, checkEvery);
                DurablePostgresql postgresql =
                        new DurablePostgresql(Files.createTempDirectory(directory, "postgresql"))) {
            List<Contender> contenders = Contenders.of(api, postgresql).stream()
                    .filter(contender -> only == null
                            || only.stream()
                                    .anyMatch(part ->
                                            part.matcher(contender.label()).find()))
                    .toList();
            print(
                    "Polls, %s".formatted(api.id),
                    PollsBenchmark.table(new PollsBenchmark(load, directory, provider).run(contenders, rounds)));
        }
        return 0;
    }

    @Command(description = "How late changes are seen, and at how many calls.", mixinStandardHelpOptions = true)
    int pace(@Option(names = "--jobs", defaultValue = "10000") int jobs) {
        print("Pace", PaceBenchmark.table(jobs));
        return 0;
    }

    @Command(description = "Changes per second, by destination.", mixinStandardHelpOptions = true)
    int changes(
            @Option(names = "--rounds", defaultValue = "5") int rounds,
            @Option(names = "--events", defaultValue = "10000") int events,
            @Option(names = "--to", split = ",", defaultValue = "FILE,QUEUE,KAFKA,WEBHOOK") List<Sink> sinks)
            throws IOException, InterruptedException, SQLException {
        try (Provider provider = Provider.start(directory, 50)) {
            ChangesBenchmark benchmark = new ChangesBenchmark(directory, provider, events, List.of("-Xmx512m"));
            print("Changes", ChangesBenchmark.table(benchmark.run(sinks, rounds)));
        }
        return 0;
    }

    @Command(description = "Memory and time for each poll, by watches.", mixinStandardHelpOptions = true)
    int scale(
            @Option(names = "--watches", split = ",", defaultValue = "1000,10000,100000,1000000") List<Integer> watches,
            @Option(names = "--per-second", defaultValue = "500", description = "polls that fall due") int perSecond,
            @Option(names = "--warm-up", defaultValue = "60", description = "seconds") int warmUp,
            @Option(names = "--window", defaultValue = "30", description = "seconds") int window,
            @Option(names = "--java", defaultValue = "-Xmx1g") String options)
            throws IOException, InterruptedException, SQLException {
        Load load =
                new Load(0, 32, Duration.ofSeconds(warmUp), Duration.ofSeconds(window), List.of(options.split(" ")));
        List<ScaleBenchmark.Size> sizes = new ArrayList<>();
        for (int number : watches) {
            try (Provider provider = Provider.start(directory, 50)) {
                sizes.add(new ScaleBenchmark(directory, provider, load, perSecond).of(number));
            }
            System.err.println(sizes.get(sizes.size() - 1));
        }
        print("Scale", ScaleBenchmark.table(sizes));
        return 0;
    }

    @Command(description = "Start to first poll, and memory, of the distribution.", mixinStandardHelpOptions = true)
    int start(
            @Option(names = "--rounds", defaultValue = "5") int rounds,
            @Option(names = "--rest", defaultValue = "10", description = "seconds until memory is looked at") int rest)
            throws IOException, InterruptedException {
        try (Provider provider = Provider.start(directory, 1)) {
            StartBenchmark benchmark = new StartBenchmark(directory, provider, Duration.ofSeconds(rest));
            print("Start", StartBenchmark.table(benchmark.run(rounds)));
        }
        return 0;
    }

    @Command(
            description = "Every table, in about three quarters of an hour on a quiet machine.",
            mixinStandardHelpOptions = true)
    int all(@Option(names = "--rounds", defaultValue = "3") int rounds)
            throws IOException, InterruptedException, SQLException {
        polls(Api.HUAWEI, rounds, 32, 1000, 60, 8, 50, "-Xmx512m", null);
        List<Pattern> alone = Stream.of("bare", "Jobrelay, SQLite$", "Alibaba", "Baidu")
                .map(Pattern::compile)
                .toList();
        polls(Api.ALIBABA, 1, 32, 1000, 60, 8, 50, "-Xmx512m", alone);
        polls(Api.BAIDU, 1, 32, 1000, 60, 8, 50, "-Xmx512m", alone);
        changes(rounds, 5000, List.of(Sink.values()));
        scale(List.of(1_000, 10_000, 100_000, 1_000_000), 500, 60, 20, "-Xmx1g");
        pace(10_000);
        return start(rounds, 10);
    }

    private static void print(String title, Table table) {
        System.out.printf("### %s%n%n%s%n%n%s%n", title, machine(), table);
    }

    private static String machine() {
        return "%d cores, Java %s, load average %.1f"
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        System.getProperty("java.runtime.version"),
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
}
