package io.jobrelay.durability;

import static java.util.stream.Collectors.joining;

import io.jobrelay.camel.Relay;
import io.jobrelay.camel.config.ContextSettings;
import io.jobrelay.job.Event;
import io.jobrelay.status.RouteFlow;
import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.MovableClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The whole line in this process: the real routes and properties, everything that it writes in one directory. */
final class Line implements AutoCloseable {
    static final String SECRET = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0";

    final MovableClock clock = MovableClock.running();
    private final Path directory;
    private final Map<String, String> properties = new LinkedHashMap<>();
    private @Nullable Relay relay;

    Line(Path directory, String provider, String webhook) throws IOException {
        this.directory = directory;
        Files.createDirectories(directory.resolve("watches"));
        set("jobrelay.watches", directory.resolve("watches") + "/*.yaml");
        set("jobrelay.ledger.url", "jdbc:sqlite:" + directory.resolve("data/ledger.db"));
        set("jobrelay.account.cloud.endpoint", provider);
        set("jobrelay.account.cloud.signing", "none");
        set("jobrelay.account.cloud.requests-per-second", "1000");
        set("jobrelay.poll.concurrency", "4");
        set("jobrelay.destination.file.path", directory + "/out/changes.ndjson");
        set("jobrelay.destination.queue.enabled", "true").set("jobrelay.destination.queue.port", "");
        set("jobrelay.destination.webhook.enabled", "true");
        set("jobrelay.destination.webhook.url", webhook);
        set("jobrelay.destination.webhook.allow-private", "true");
        set("jobrelay.destination.webhook.secret", SECRET);
        set("camel.main.shutdown-timeout", "2");
        set(ContextSettings.MANAGEMENT, "false");
        set("jobrelay.http.port", "0");
    }

    Line set(String key, String value) {
        properties.put(key, value);
        return this;
    }

    Line start() {
        relay = Relay.start(Relay.Scope.EVERYTHING, properties, clock, clock::nanoTime, change -> {});
        return this;
    }

    void watch(String... jobs) {
        watch("100ms..100ms", jobs);
    }

    void watch(String every, String[] jobs) {
        write("watches.yaml", Stream.of(jobs).map(job -> item(job, every)).collect(joining()));
    }

    static String item(String job, String every) {
        return """
                - api: huawei-res-job
                  account: cloud
                  parameters: { project_id: p, job_id: %s }
                  every: %s
                """.formatted(job, every);
    }

    void write(String name, String text) {
        try {
            Files.writeString(directory.resolve("watches").resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines of the file destination. */
    List<String> file() {
        try {
            Path file = directory.resolve("out/changes.ndjson");
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The changes of jobs among them: on a slow machine a watch may be stale for a moment, which is told as well. */
    List<String> changes() {
        return file().stream()
                .filter(event -> event.contains(Event.JOB_STATE_CHANGED))
                .toList();
    }

    /** How many exchanges are in the route. */
    long inflight(String route) {
        return sum(route, RouteFlow::inflight);
    }

    /** How many have failed in it. */
    long failed(String route) {
        return sum(route, RouteFlow::failed);
    }

    private long sum(String route, ToLongFunction<RouteFlow> figure) {
        Relay running = relay;
        return running == null
                ? 0
                : running.engine().flow().routes().stream()
                        .filter(each -> each.id().equals(route))
                        .mapToLong(figure)
                        .sum();
    }

    /** The rows of a query on the ledger. */
    List<String> ledger(String sql) {
        return new LedgerView(directory.resolve("data/ledger.db")).rows(sql);
    }

    /** Stops; {@link #start} goes on with what the directory holds. */
    void stop() {
        Relay running = relay;
        relay = null;
        if (running != null) {
            running.close();
        }
    }

    @Override
    public void close() {
        stop();
    }
}
