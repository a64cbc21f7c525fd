package io.jobrelay.benchmark;

import io.jobrelay.job.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Jobrelay as it is delivered: {@code jobrelay run} with the shipped routes and properties, an account whose ceiling does
 * not matter, and a watch file with watches that are always due.
 *
 * @param ledger gives the properties of a ledger with nothing in it
 * @param toWebhook true to route every change to the webhook, false for the router as it comes, which sends them to the
 *     file
 */
record JobrelayContender(String label, Api api, Supplier<Map<String, String>> ledger, boolean toWebhook)
        implements Contender {
    /** So short that all are due all the time; whoever is late by three seconds counts as stale. */
    private static final String EVERY = "10ms";

    @Override
    public Program start(Path directory, Provider provider, Load load) throws IOException {
        Map<String, String> properties = new LinkedHashMap<>(ledger.get());
        if (toWebhook) {
            properties.putAll(JobrelayDirectory.webhook(provider));
        }
        JobrelayDirectory.prepare(directory, api, provider, load.concurrency(), properties);
        JobrelayDirectory.watch(directory, api, load.jobs(), EVERY);
        if (toWebhook) {
            JobrelayDirectory.routeAllTo(directory, "webhook");
        }
        return Program.jobrelay(directory, directory.resolve("jobrelay.log"), load.options(), "run");
    }

    @Override
    public long arrived(Path directory, Counts counts) throws IOException {
        if (toWebhook) {
            return counts.posts();
        }
        Path out = directory.resolve("out");
        if (!Files.isDirectory(out)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(out)) {
            return files.filter(file -> file.toString().endsWith(".ndjson")).toList().stream()
                    .mapToLong(JobrelayContender::jobEvents)
                    .sum();
        }
    }

    private static long jobEvents(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.contains(Event.JOB_STATE_CHANGED))
                    .distinct()
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
