package io.jobrelay.durability;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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

    private final List<String> traces = new CopyOnWriteArrayList<>();
    private HttpServer collector;

    @BeforeEach
    void listens() throws IOException {
        collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        collector.createContext("/v1/traces", exchange -> {
            try (exchange) {
                InputStream body = exchange.getRequestBody();
                boolean packed = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
                traces.add(new String((packed ? new GZIPInputStream(body) : body).readAllBytes(), UTF_8));
                exchange.sendResponseHeaders(200, -1);
            }
        });
        collector.start();
        System.setProperty(
                ENDPOINT, "http://127.0.0.1:" + collector.getAddress().getPort());
        System.setProperty(DELAY, "200");
    }

    @AfterEach
    void ends() {
        collector.stop(0);
        System.clearProperty(ENDPOINT);
        System.clearProperty(DELAY);
    }

    @Test
    void shows_polls_and_deliveries_and_no_secret() throws IOException {
        try (StubProvider provider = new StubProvider();
                WebhookReceiver receiver = new WebhookReceiver();
                Line line = new Line(directory, provider.url(), receiver.url() + "/" + IN_ADDRESS)) {
            line.set("camel.opentelemetry2.enabled", "true")
                    .set("jobrelay.account.cloud.signing", "sdk-hmac-sha256")
                    .set("jobrelay.account.cloud.access-key", "AK-which-nobody-may-see")
                    .set("jobrelay.account.cloud.secret-key", KEY);
            provider.state("failed", "FAILED");
            line.watch("failed");
            receiver.answer(() -> 500);
            line.start();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> Stream.of(
                                    "jobrelay",
                                    "seda://poll-watch",
                                    "direct://huawei-res-job",
                                    "http://provider",
                                    "outbox://changes",
                                    "outbox://webhook",
                                    "http://webhook")
                            .allMatch(String.join("", traces)::contains));
        }
        assertThat(String.join("", traces))
                .contains("HTTP status 500")
                .doesNotContain(KEY, "AK-which", IN_ADDRESS, "whsec_", "c2VjcmV0");
    }

    @Test
    void is_off_unless_it_is_switched_on() throws IOException {
        try (StubProvider provider = new StubProvider();
                WebhookReceiver receiver = new WebhookReceiver();
                Line line = new Line(directory, provider.url(), receiver.url())) {
            provider.state("failed", "FAILED");
            line.watch("failed");
            line.start();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> !receiver.received().isEmpty());
            assertThat(receiver.received().get(0).headers()).doesNotContainKey("Traceparent");
        }
        assertThat(traces).isEmpty();
    }
}
