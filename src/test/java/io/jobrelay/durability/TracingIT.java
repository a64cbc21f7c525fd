package io.jobrelay.durability;

import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.jobrelay.testbed.StubServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tracing, as a collector sees it that takes OTLP over HTTP. */
@Timeout(60)
class TracingIT {
    private static final String ENDPOINT = "otel.exporter.otlp.endpoint";
    private static final String DELAY = "otel.bsp.schedule.delay";
    private static final String KEY = "SK-which-nobody-may-see";
    private static final String IN_ADDRESS = "token-of-the-address-of-the-hook";

    @TempDir
    private Path directory;

    @RegisterExtension
    static final StubServer cloud = new StubServer();

    @BeforeEach
    void listens() {
        cloud.stubFor(post("/v1/traces"));
        System.setProperty(ENDPOINT, cloud.baseUrl());
        System.setProperty(DELAY, "200");
    }

    @AfterEach
    void ends() {
        System.clearProperty(ENDPOINT);
        System.clearProperty(DELAY);
    }

    @Test
    void shows_polls_and_deliveries_and_no_secret() throws IOException {
        try (Line line = new Line(directory, cloud.baseUrl(), cloud.hookUrl() + "/" + IN_ADDRESS)) {
            line.set("camel.opentelemetry2.enabled", "true")
                    .set("jobrelay.account.cloud.signing", "sdk-hmac-sha256")
                    .set("jobrelay.account.cloud.access-key", "AK-which-nobody-may-see")
                    .set("jobrelay.account.cloud.secret-key", KEY);
            cloud.job("failed", "FAILED");
            line.watch("failed");
            cloud.hook(status(500));
            line.start();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> Stream.of(
                                    "jobrelay",
                                    "watches://due",
                                    "direct://huawei-res-job",
                                    "http://provider",
                                    "outbox://changes",
                                    "outbox://webhook",
                                    "http://webhook")
                            .allMatch(traces()::contains));
        }
        assertThat(traces())
                .contains("HTTP status 500")
                .doesNotContain(KEY, "AK-which", IN_ADDRESS, "whsec_", "c2VjcmV0");
    }

    @Test
    void is_off_unless_it_is_switched_on() throws IOException {
        try (Line line = new Line(directory, cloud.baseUrl(), cloud.hookUrl())) {
            cloud.job("failed", "FAILED");
            line.watch("failed");
            line.start();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> !cloud.hooks().isEmpty());
            assertThat(cloud.hooks().get(0).containsHeader("traceparent")).isFalse();
        }
        assertThat(traces()).isEmpty();
    }

    private static String traces() {
        return cloud.findAll(postRequestedFor(urlEqualTo("/v1/traces"))).stream()
                .map(LoggedRequest::getBodyAsString)
                .collect(joining());
    }
}
