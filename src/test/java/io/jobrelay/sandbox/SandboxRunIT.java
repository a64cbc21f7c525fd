package io.jobrelay.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.standardwebhooks.Webhook;
import io.jobrelay.camel.Relay;
import io.jobrelay.camel.config.ContextSettings;
import io.jobrelay.job.Json;
import io.jobrelay.sandbox.WebhookReceiver.Received;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real routes against the played providers: what they served is what comes out at the other end. */
class SandboxRunIT {
    private static final String QUEUE = "jobrelay.changes";

    @Test
    void every_step_of_every_job_arrives(@TempDir Path directory) throws Exception {
        Clock clock = Clock.systemUTC(); // the official webhook library judges by the real clock
        Path out = directory.resolve("out");
        try (SandboxProviders providers = SandboxProviders.start(Path.of("seeds"), clock, Duration.ofSeconds(6), true);
                WebhookReceiver receiver = new WebhookReceiver(clock)) {
            Map<String, String> properties = new HashMap<>(providers.properties());
            properties.putAll(receiver.properties());
            properties.put("jobrelay.ledger.url", "jdbc:sqlite:" + directory.resolve("ledger.db"));
            properties.put(
                    "jobrelay.destination.file.path",
                    out.resolve("changes.ndjson").toString());
            properties.put("jobrelay.destination.queue.enabled", "true");
            properties.put("jobrelay.destination.queue.queue", QUEUE);
            properties.put("jobrelay.destination.queue.port", "");
            properties.put(ContextSettings.MANAGEMENT, "false");
            properties.put("jobrelay.http.port", "0");
            // One account with tokens, so that every kind of proof is tried.
            properties.put("jobrelay.account.otc.signing", "keystone-token");
            List<JsonNode> queued = new ArrayList<>();
            try (Relay relay = Relay.start(Relay.Scope.EVERYTHING, properties, clock, change -> {})) {
                await().atMost(Duration.ofSeconds(60)).until(relay.engine()::done);
                for (String text : QueueReader.drain(QUEUE)) {
                    queued.add(Json.MAPPER.readTree(text).at("/data/job"));
                }
            }

            List<JsonNode> jobs = new ArrayList<>();
            for (String line : Files.readAllLines(out.resolve("changes.ndjson"))) {
                jobs.add(Json.MAPPER.readTree(line).at("/data/job"));
            }
            assertThat(statesOf(jobs)).isEqualTo(states(providers.journal()));
            assertThat(queued)
                    .containsExactlyInAnyOrderElementsOf(jobs.stream()
                            .filter(job -> job.path("terminal").asBoolean())
                            .toList());
            assertThat(receiver.received())
                    .extracting(
                            received -> Json.MAPPER.readTree(received.body()).at("/data/job"))
                    .containsExactlyInAnyOrderElementsOf(jobs.stream()
                            .filter(job -> Set.of("FAILED", "PARTIALLY_SUCCEEDED")
                                    .contains(job.path("state").asText()))
                            .toList());
            for (Received received : receiver.received()) {
                new Webhook(receiver.secret())
                        .verify(
                                received.body(),
                                Map.of(
                                        "webhook-id", List.of(received.id()),
                                        "webhook-timestamp", List.of(received.timestamp()),
                                        "webhook-signature", List.of(received.signature())));
            }
            assertThat(providers.refused()).isZero();
            assertThat(receiver.refused()).isZero();
        }
    }

    /** The states that each job came to, in their order, as its events tell. */
    private static Map<String, List<String>> statesOf(List<JsonNode> jobs) {
        Map<String, Set<String>> states = new HashMap<>();
        jobs.forEach(job -> states.computeIfAbsent(job.path("id").asText(), id -> new LinkedHashSet<>())
                .add(state(job)));
        return lists(states);
    }

    /** The same, as the records of what was served tell: a record like the one before is no change. */
    private static Map<String, List<String>> states(List<SandboxProviders.Served> journal) throws IOException {
        Map<String, Set<String>> states = new HashMap<>();
        for (SandboxProviders.Served served : journal) {
            JsonNode records = Json.MAPPER.readTree(
                    Path.of("seeds", served.api(), "records", served.reply()).toFile());
            for (JsonNode record : records.isArray() ? records : List.of(records)) {
                states.computeIfAbsent(record.path("id").asText(), id -> new LinkedHashSet<>())
                        .add(state(record));
            }
        }
        return lists(states);
    }

    private static Map<String, List<String>> lists(Map<String, Set<String>> states) {
        Map<String, List<String>> lists = new HashMap<>();
        states.forEach((id, set) -> lists.put(id, List.copyOf(set)));
        return lists;
    }

    private static String state(JsonNode record) {
        return record.path("state").asText() + " "
                + record.path("providerState").asText();
    }
}
