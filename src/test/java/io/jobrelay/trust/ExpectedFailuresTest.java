package io.jobrelay.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What has to be reckoned with is a line in the log, and no more: whatever a provider or a receiver does. */
@Timeout(120)
class ExpectedFailuresTest {
    private static final Map<String, Integer> STATUSES =
            Map.of("401", 401, "403", 403, "404", 404, "429", 429, "400", 400, "503", 503, "broken", 200, "good", 200);

    @TempDir
    private Path directory;

    @Test
    void every_kind_of_failure_is_one_line_without_a_stack() throws Exception {
        HttpServer cloud = cloud();
        String url = "http://127.0.0.1:" + cloud.getAddress().getPort();
        Installation installation = new Installation(directory)
                .set(Map.ofEntries(
                        Map.entry("jobrelay.account.cloud.endpoint", url),
                        Map.entry("jobrelay.account.cloud.signing", "none"),
                        Map.entry("jobrelay.account.gone.endpoint", "http://127.0.0.1:1"),
                        Map.entry("jobrelay.account.gone.signing", "none"),
                        Map.entry("jobrelay.poll.concurrency", "8"),
                        Map.entry("jobrelay.poll.timeout", "1s"),
                        Map.entry("jobrelay.http.enabled", "false"),
                        Map.entry("jobrelay.delivery.schedule", "0s,0s"),
                        Map.entry("jobrelay.destination.file.path", "/proc/nowhere/changes.ndjson"),
                        Map.entry("jobrelay.destination.file.enabled", "false"),
                        Map.entry("jobrelay.destination.queue.enabled", "true"),
                        Map.entry("jobrelay.destination.queue.broker-url", "tcp://127.0.0.1:1"),
                        Map.entry("jobrelay.destination.webhook.url", url + "/hook"),
                        Map.entry("jobrelay.destination.webhook.allow-private", "true"),
                        Map.entry(
                                "jobrelay.destination.webhook.secret",
                                "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"),
                        Map.entry("camel.main.shutdown-timeout", "5")));
        installation.write(
                "watches/all.yaml",
                Stream.concat(Stream.of("hangs", "gone"), STATUSES.keySet().stream())
                        .map(job -> """
                                - api: huawei-res-job
                                  account: %s
                                  parameters: { project_id: p, job_id: "%s" }
                                  every: 200ms..1s
                                """.formatted(job.equals("gone") ? job : "cloud", job))
                        .reduce("", String::concat));

        try (JobrelayProcess product = installation
                .command()
                .environment(Map.of("JOBRELAY_LOG_FORMAT", "json"))
                .start("run")) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .failFast("ended", () -> !product.alive())
                    .until(() -> Stream.concat(
                                    Stream.of(FailureKind.values()).map(kind -> "kind=" + kind),
                                    Stream.of("is dead after 2 attempts", "destination=queue event="))
                            .allMatch(product.log()::contains));
            product.stop();
            assertThat(product.log()).doesNotContain("\tat ", "\\tat ", "Exception in thread");
            assertOneLineEach(product.log());
        } finally {
            cloud.stop(0);
        }
    }

    private static void assertOneLineEach(String log) throws IOException {
        List<JsonNode> changes = new ArrayList<>();
        for (String line : log.lines().toList()) {
            JsonNode object = new ObjectMapper().readTree(line);
            String message = object.path("message").asText();
            if (message.startsWith("failure ")) {
                assertThat(message)
                        .matches(
                                "failure watch=\\w+ api=huawei-res-job account=\\w+ kind=\\w+( status=\\d+)?( code=\\S+)?: .*");
                assertThat(object.path("watch").asText()).isEqualTo(message.replaceFirst(".*watch=(\\w+) .*", "$1"));
            } else if (message.startsWith("change ")) {
                changes.add(object);
                assertThat(message).matches("change job=\\S+ from=\\w+ to=\\w+ sequence=\\d+ reason=\\w+");
                assertThat(object.path("job").asText()).isEqualTo(message.replaceFirst(".*job=(\\S+) .*", "$1"));
                assertThat(object.path("watch").asText()).isNotEmpty();
            } else if (message.startsWith("destination=webhook event=")) {
                assertThat(object.path("destination").asText()).isEqualTo("webhook");
                assertThat(object.has("job")).isNotEqualTo(object.has("watch"));
            } else {
                assertThat(object.has("job") && object.has("watch"))
                        .as("left over from another exchange: %s", line)
                        .isFalse();
            }
        }
        assertThat(changes).hasSize(1);
    }

    private static HttpServer cloud() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/hook", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                exchange.sendResponseHeaders(400, -1);
            }
        });
        server.createContext("/v1/p/jobs/", exchange -> {
            String job = exchange.getRequestURI().getPath().replaceFirst(".*/", "");
            if (job.equals("hangs")) {
                return; // and nobody closes it
            }
            try (exchange) {
                byte[] body = (job.equals("broken")
                                ? "<html>"
                                : "{\"is_success\":true,\"job\":{\"project_id\":\"p\",\"job_id\":\"%s\",\"job_status\":\"FAILED\"}}"
                                        .formatted(job))
                        .getBytes(UTF_8);
                exchange.sendResponseHeaders(STATUSES.getOrDefault(job, 500), body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
        return server;
    }
}
