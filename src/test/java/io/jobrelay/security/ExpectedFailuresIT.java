package io.jobrelay.security;

import static com.github.tomakehurst.wiremock.client.WireMock.badRequest;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import io.jobrelay.testbed.StubServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What has to be reckoned with is a line in the log, and no more: whatever a provider or a receiver does. */
@Timeout(120)
class ExpectedFailuresIT {
    private static final List<Integer> STATUSES = List.of(400, 401, 403, 404, 429, 503);

    @RegisterExtension
    static final StubServer cloud = new StubServer();

    @TempDir
    private Path directory;

    @Test
    void every_kind_of_failure_is_one_line_without_a_stack() throws Exception {
        for (int status : STATUSES) {
            cloud.stubFor(get(urlPathMatching(".*/" + status)).willReturn(status(status)));
        }
        cloud.stubFor(get(urlPathMatching(".*/broken")).willReturn(ok("<html>")));
        cloud.stubFor(get(urlPathMatching(".*/hangs")).willReturn(ok().withFixedDelay(60_000)));
        cloud.job("good", "FAILED");
        cloud.hook(badRequest());
        Installation installation = new Installation(directory)
                .set(Map.ofEntries(
                        Map.entry("jobrelay.account.cloud.endpoint", cloud.baseUrl()),
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
                        Map.entry("jobrelay.destination.webhook.enabled", "true"),
                        Map.entry("jobrelay.destination.webhook.url", cloud.hookUrl()),
                        Map.entry("jobrelay.destination.webhook.allow-private", "true"),
                        Map.entry(
                                "jobrelay.destination.webhook.secret",
                                "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"),
                        Map.entry("camel.main.shutdown-timeout", "5")));
        installation.write(
                "watches/all.yaml",
                Stream.concat(
                                Stream.of("hangs", "gone", "broken", "good"),
                                STATUSES.stream().map(String::valueOf))
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
                                    Stream.of(
                                            "is dead after 2 attempts",
                                            "destination=queue event=",
                                            "destination=webhook event="))
                            .allMatch(product.log()::contains));
            product.stop();
            assertThat(product.log()).doesNotContain("\tat ", "\\tat ", "Exception in thread");
            assertOneLineEach(product.log());
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
}
