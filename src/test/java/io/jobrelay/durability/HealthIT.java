package io.jobrelay.durability;

import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static io.jobrelay.testbed.StubServer.running;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.delivery.EmbeddedBroker;
import io.jobrelay.job.Json;
import io.jobrelay.testbed.FreePort;
import io.jobrelay.testbed.StubServer;
import io.jobrelay.testbed.TcpProxy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Whether a real relay is ready, as whoever looks after it asks. */
@Timeout(60)
class HealthIT {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    private Path directory;

    @RegisterExtension
    static final StubServer cloud = new StubServer();

    private EmbeddedBroker broker;
    private TcpProxy proxy;
    private Line line;
    private int port;

    @BeforeEach
    void is_laid() throws IOException {
        int brokerPort = FreePort.next();
        broker = new EmbeddedBroker(directory.resolve("elsewhere"), OptionalInt.of(brokerPort));
        proxy = new TcpProxy(brokerPort);
        port = FreePort.next();
        line = new Line(directory, cloud.baseUrl(), "http://127.0.0.1:1")
                .set("jobrelay.destination.webhook.enabled", "false")
                .set("jobrelay.destination.queue.broker-url", "tcp://127.0.0.1:" + proxy.port())
                .set("jobrelay.delivery.timeout", "2s")
                .set("camel.management.enabled", "true")
                .set("camel.management.port", Integer.toString(port));
        line.watch("1h..1h", new String[] {"a"});
    }

    @AfterEach
    void is_taken_up() throws IOException {
        proxy.restore();
        line.close();
        proxy.close();
        broker.close();
    }

    @Test
    void a_broker_that_is_away_makes_it_unready_until_it_is_back() throws Exception {
        line.start();
        assertThat(ready().status()).isEqualTo(200);

        proxy.cut();
        soon().until(() -> ready().status() == 503);
        assertThat(ready().down()).containsOnlyKeys("broker");
        assertThat(ready().down().get("broker")).startsWith("broker of destination queue: ");
        assertThat(get("/observe/health/live").statusCode()).isEqualTo(200);

        proxy.restore();
        soon().until(() -> ready().status() == 200);
    }

    @Test
    void a_broker_that_stalls_holds_nobody_up() throws Exception {
        line.set("jobrelay.delivery.timeout", "1m").start();
        assertThat(ready().status()).isEqualTo(200);

        proxy.stall();
        soon().until(() -> ready().status() == 503);
        assertThat(ready().down().get("broker")).isEqualTo("broker of destination queue: does not answer");
    }

    @Test
    void the_broker_inside_is_ready() throws Exception {
        broker.close(); // one at a time in a process
        line.set("jobrelay.destination.queue.broker-url", "").start();

        JsonNode all = Json.MAPPER.readTree(
                get("/observe/health/ready?exposureLevel=full").body());
        assertThat(all.path("checks").findValuesAsText("name"))
                .contains("ledger", "node-lease", "broker", "accounts", "context")
                .doesNotContain("stale-watches");
        assertThat(all.path("checks").findValuesAsText("status")).containsOnly("UP");
    }

    @Test
    void a_wrong_key_makes_it_unready_and_names_the_account_until_the_key_is_right() throws Exception {
        cloud.jobs(status(401));
        line.watch("100ms..100ms", new String[] {"a", "b"});
        line.start();
        soon().until(() -> ready().status() == 503);
        assertThat(ready().down()).containsOnlyKeys("accounts");
        assertThat(ready().down().get("accounts"))
                .startsWith("account cloud is unauthenticated since 20")
                .contains(": api=huawei-res-job account=cloud kind=UNAUTHENTICATED status=401");
        String since = since();
        long asked = cloud.asked();
        soon().until(() -> cloud.asked() > asked + 4);
        assertThat(since()).isEqualTo(since);
        assertThat(get("/observe/health/live").statusCode()).isEqualTo(200);

        cloud.jobs(status(503));
        long then = cloud.asked();
        soon().until(() -> cloud.asked() > then + 4);
        assertThat(ready().status()).as("nobody has said that the key is right").isEqualTo(503);

        cloud.jobs(running());
        soon().until(() -> ready().status() == 200);
    }

    @Test
    void an_account_that_nothing_is_asked_with_any_more_is_forgotten() throws Exception {
        cloud.jobs(status(401));
        line.watch("100ms..100ms", new String[] {"a"});
        line.start();
        soon().until(() -> ready().status() == 503);

        line.watch();
        soon().until(() -> ready().status() == 200);
    }

    private String since() throws Exception {
        return ready().down().get("accounts").replaceFirst(": .*", "");
    }

    /** What the port answers, with the messages of the checks that are down. */
    private record Ready(int status, Map<String, String> down) {}

    private Ready ready() throws IOException, InterruptedException {
        HttpResponse<String> response = get("/observe/health/ready");
        Map<String, String> down = new HashMap<>();
        for (JsonNode check : Json.MAPPER.readTree(response.body()).path("checks")) {
            down.put(check.path("name").asText(), check.path("message").asText());
        }
        return new Ready(response.statusCode(), down);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(100));
    }
}
