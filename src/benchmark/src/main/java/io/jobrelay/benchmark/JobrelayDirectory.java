package io.jobrelay.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A directory as a user of Jobrelay has it: the shipped routes and properties, an account, watches. */
final class JobrelayDirectory {
    /** For signing what is posted to webhooks. */
    static final String WEBHOOK_SECRET = "whsec_" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    private static final Path PROPERTIES = Path.of("application.properties");

    private static final String ROUTER = """
            - route:
                id: router
                description: Sends every change to one destination.
                errorHandler:
                  noErrorHandler: {}
                from:
                  uri: outbox:changes
                  steps:
                    - to:
                        id: to-%1$s
                        description: Everything.
                        uri: outbox:%1$s
            """;

    private JobrelayDirectory() {}

    /**
     * Makes it, with an account whose ceiling does not matter.
     *
     * @param properties beside those, or in place of them
     */
    static void prepare(Path directory, Api api, Provider provider, int concurrency, Map<String, String> properties)
            throws IOException {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("jobrelay.account.cloud.endpoint", provider.address().toString());
        all.put("jobrelay.account.cloud.signing", api.signer.scheme());
        all.put("jobrelay.account.cloud.access-key", Api.KEYS.accessKey());
        all.put("jobrelay.account.cloud.secret-key", Api.KEYS.secretKey());
        all.put("jobrelay.account.cloud.requests-per-second", "1000000");
        all.put("jobrelay.poll.concurrency", String.valueOf(concurrency));
        all.put("jobrelay.http.port", "0");
        all.put("jobrelay.destination.queue.enabled", "true");
        all.put("jobrelay.destination.queue.port", String.valueOf(FreePort.next()));
        all.put("camel.management.port", String.valueOf(FreePort.next()));
        all.putAll(properties);
        copyRoutes(directory);
        List<String> lines = Files.readAllLines(PROPERTIES).stream()
                .filter(line -> !all.containsKey(line.replaceFirst("=.*", "")))
                .collect(Collectors.toCollection(ArrayList::new));
        all.forEach((key, value) -> lines.add(key + "=" + value));
        Files.write(directory.resolve(PROPERTIES), lines);
    }

    private static void copyRoutes(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("routes"))) {
            for (Path file : files.toList()) {
                Files.copy(file, directory.resolve(file.toString()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** The properties of a webhook at the provider. */
    static Map<String, String> webhook(Provider provider) {
        return Map.of(
                "jobrelay.destination.webhook.enabled",
                "true",
                "jobrelay.destination.webhook.url",
                provider.address() + "/webhook",
                "jobrelay.destination.webhook.allow-private",
                "true",
                "jobrelay.destination.webhook.secret",
                WEBHOOK_SECRET);
    }

    /** Has so many jobs watched, at one pace. */
    static void watch(Path directory, Api api, int jobs, String every) throws IOException {
        Files.createDirectories(directory.resolve("watches"));
        Files.writeString(
                directory.resolve("watches/all.yaml"),
                IntStream.range(0, jobs)
                        .mapToObj(job -> api.watch(Api.job(job), every))
                        .collect(Collectors.joining()));
    }

    /** Puts a router in place of the shipped one that sends every change to this destination alone. */
    static void routeAllTo(Path directory, String destination) throws IOException {
        Files.writeString(directory.resolve("routes/router.camel.yaml"), ROUTER.formatted(destination));
    }

    /** Leaves changes where they are: in the outbox that the router reads. */
    static void routeNothing(Path directory) throws IOException {
        Files.writeString(
                directory.resolve("routes/router.camel.yaml"),
                ROUTER.formatted("file").replace("    id: router\n", "    id: router\n    autoStartup: false\n"));
    }
}
