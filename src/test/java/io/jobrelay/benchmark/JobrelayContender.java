package io.jobrelay.benchmark;

import io.jobrelay.faults.Child;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Jobrelay as it is delivered: {@code jobrelay run} with the shipped routes and properties, an account whose ceiling does
 * not matter, and a watch file with watches that are always due.
 *
 * @param ledger properties that choose the ledger
 * @param toWebhook true to route every change to the webhook, false for the router as it comes, which sends them to the
 *     file
 */
record JobrelayContender(String label, Api api, Map<String, String> ledger, boolean toWebhook) implements Contender {
    /** So short that all are due all the time; whoever is late by three seconds counts as blind. */
    private static final String EVERY = "10ms";

    private static final String TO_WEBHOOK = """
            - route:
                id: router
                description: Sends every change to the webhook.
                errorHandler:
                  noErrorHandler: {}
                from:
                  uri: outbox:changes
                  steps:
                    - to:
                        id: to-webhook
                        description: Everything.
                        uri: outbox:webhook
            """;

    JobrelayContender {
        ledger = Map.copyOf(ledger);
    }

    @Override
    public Program start(Path directory, Provider provider, Load load) throws IOException {
        Child.prepare(directory, properties(provider, load));
        Files.createDirectories(directory.resolve("watches"));
        Files.writeString(
                directory.resolve("watches/all.yaml"),
                IntStream.range(0, load.jobs())
                        .mapToObj(job -> api.watch(Api.job(job), EVERY))
                        .collect(Collectors.joining()));
        if (toWebhook) {
            Files.writeString(directory.resolve("routes/router.camel.yaml"), TO_WEBHOOK);
        }
        return Program.jobrelay(directory, directory.resolve("jobrelay.log"), load.options(), "run");
    }

    private Map<String, String> properties(Provider provider, Load load) throws IOException {
        Map<String, String> properties = new LinkedHashMap<>(ledger);
        properties.put("jobrelay.account.cloud.endpoint", provider.address().toString());
        properties.put("jobrelay.account.cloud.signing", api.signer.scheme());
        properties.put("jobrelay.account.cloud.access-key", Api.KEYS.accessKey());
        properties.put("jobrelay.account.cloud.secret-key", Api.KEYS.secretKey());
        properties.put("jobrelay.account.cloud.requests-per-second", "1000000");
        properties.put("jobrelay.poll.concurrency", String.valueOf(load.concurrency()));
        properties.put("jobrelay.http.port", "0");
        properties.put("jobrelay.destination.queue.port", String.valueOf(freePort()));
        properties.put("camel.management.port", String.valueOf(freePort()));
        if (toWebhook) {
            properties.put("jobrelay.destination.webhook.enabled", "true");
            properties.put("jobrelay.destination.webhook.url", provider.address() + "/webhook");
            properties.put("jobrelay.destination.webhook.allow-private", "true");
            properties.put(
                    "jobrelay.destination.webhook.secret", "whsec_" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
        }
        return properties;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
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
            return lines.filter(line -> line.contains("io.jobrelay.job.state_changed.v1"))
                    .distinct()
                    .count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
