package io.jobrelay.benchmark;

import io.jobrelay.benchmark.Sink.Arrivals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Changes per second from the ledger through router and outbox to a destination, beside a client that sends as many events of
 * the same size there, as safely and from as many threads. All changes wait in the ledger when Jobrelay starts.
 */
final class ChangesBenchmark {
    /** What an outbox has, unless its route says otherwise. */
    private static final int CONCURRENCY = 16;

    private static final int WARM_UP_SHARE = 5;

    private final Path directory;
    private final Provider provider;
    private final int events;
    private final List<String> options;

    ChangesBenchmark(Path directory, Provider provider, int events, List<String> options) {
        this.directory = directory;
        this.provider = provider;
        this.events = events;
        this.options = List.copyOf(options);
    }

    /** The rates of Jobrelay and of the bare client, round by round. */
    record Rates(List<Double> jobrelay, List<Double> bare) {
        static Rates none() {
            return new Rates(new ArrayList<>(), new ArrayList<>());
        }
    }

    Map<Sink, Rates> run(List<Sink> sinks, int rounds) throws IOException, InterruptedException, SQLException {
        Path filled = fill();
        Map<Sink, Rates> rates = new EnumMap<>(Sink.class);
        for (int round = 0; round < rounds; round++) {
            for (Sink sink : sinks) {
                Rates own = rates.computeIfAbsent(sink, key -> Rates.none());
                own.jobrelay().add(jobrelay(sink, filled));
                own.bare().add(bare(sink, filled.resolve("event.json")));
                System.err.printf("%d %s: %s%n", round + 1, sink, own);
            }
        }
        return rates;
    }

    static Table table(Map<Sink, Rates> rates) {
        Table table = new Table("destination", "Jobrelay, changes/s (spread)", "bare client (spread)", "ratio");
        new TreeMap<>(rates)
                .forEach((sink, own) -> table.row(
                        sink.destination,
                        Table.spread(own.jobrelay()),
                        Table.spread(own.bare()),
                        Table.number(Table.medianRatio(own.jobrelay(), own.bare()), 2)));
        return table;
    }

    /** A ledger in which every job has changed once, and no change has been routed; and one of these events. */
    private Path fill() throws IOException, InterruptedException, SQLException {
        Path filled = Files.createTempDirectory(directory, "changes");
        provider.reset();
        JobrelayDirectory.prepare(filled, Api.HUAWEI, provider, 32, Map.of());
        JobrelayDirectory.watch(filled, Api.HUAWEI, events, LedgerRows.PACE);
        JobrelayDirectory.routeNothing(filled);
        try (Program program = Program.jobrelay(filled, filled.resolve("jobrelay.log"), options, "run")) {
            program.await("polled every job", () -> provider.counts().polls() >= events);
        }
        try (LedgerRows rows = new LedgerRows(filled.resolve("data/ledger.db"))) {
            Files.write(filled.resolve("event.json"), rows.oneEvent());
        }
        return filled;
    }

    @SuppressWarnings("try") // the server need only be there
    private double jobrelay(Sink sink, Path filled) throws IOException, InterruptedException {
        Path own = Files.createTempDirectory(directory, "changes");
        int port = FreePort.next();
        provider.reset();
        JobrelayDirectory.prepare(own, Api.HUAWEI, provider, 32, sink.properties(provider, port));
        JobrelayDirectory.routeAllTo(own, sink.destination);
        copy(filled.resolve("data"), Files.createDirectories(own.resolve("data")));
        try (Program server = sink.server(own, port);
                Program program = Program.jobrelay(own, own.resolve("jobrelay.log"), options, "run");
                Arrivals arrivals = sink.arrivals(own, provider, port)) {
            return rate(program, arrivals);
        }
    }

    @SuppressWarnings("try") // the server need only be there
    private double bare(Sink sink, Path event) throws IOException, InterruptedException {
        Path own = Files.createTempDirectory(directory, "changes");
        int port = FreePort.next();
        provider.reset();
        try (Program server = sink.server(own, port);
                Program program = Program.ours(
                        own,
                        own.resolve("loop.log"),
                        options,
                        SendLoop.class,
                        sink.bare.getName(),
                        sink.address(provider, port),
                        event.toString(),
                        String.valueOf(CONCURRENCY),
                        String.valueOf(events));
                Arrivals arrivals = sink.arrivals(own, provider, port)) {
            return rate(program, arrivals);
        }
    }

    /** What came in a second, the first fifth left out. */
    private double rate(Program program, Arrivals arrivals) throws IOException, InterruptedException {
        program.await("warmed up", () -> arrivals.count() >= events / WARM_UP_SHARE);
        long begin = System.nanoTime();
        long first = arrivals.count();
        program.await("delivered all", () -> arrivals.count() >= events);
        return (events - first) / ((System.nanoTime() - begin) / 1e9);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
