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
import java.nio.file.Files;
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
    private static final String DEGRADED = "DEGRADED: ";
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
    void a_broker_that_is_away_is_named_until_it_is_back() throws Exception {
        line.start();
        assertThat(degraded()).isEmpty();

        proxy.cut();
        soon().until(() -> degraded().containsKey("broker"));
        assertThat(degraded().get("broker"))
                .startsWith("jobrelay.destination.queue: its broker cannot be reached: ")
                .endsWith("start it, or correct its URL and user");
        is_told_to_people_and_no_orchestrator("broker");

        proxy.restore();
        soon().until(() -> degraded().isEmpty());
    }

    @Test
    void a_file_that_cannot_be_written_is_named_until_it_can_be() throws Exception {
        line.start();
        assertThat(degraded()).isEmpty();

        Path out = directory.resolve("out");
        Files.move(out, directory.resolve("moved"));
        Files.createFile(out);
        soon().until(() -> degraded().containsKey("files"));
        assertThat(degraded().get("files"))
                .startsWith("jobrelay.destination.file.path: " + out.resolve("changes.ndjson") + " cannot be written: ")
                .endsWith("; free the disk, make it writable, or name another path");
        is_told_to_people_and_no_orchestrator("files");

        Files.delete(out);
        soon().until(() -> degraded().isEmpty());
    }

    private void is_told_to_people_and_no_orchestrator(String check) throws Exception {
        assertThat(degraded()).containsOnlyKeys(check);
        assertThat(get("/observe/health/ready").statusCode()).isEqualTo(200);
        assertThat(get("/observe/health/live").statusCode()).isEqualTo(200);
        assertThat(get("/observe/health").statusCode()).isEqualTo(503);
        soon().untilAsserted(() -> assertThat(get("/observe/metrics").body())
                .contains("\njobrelay_trouble{check=\"%s\"} 1.0\n".formatted(check))
                .contains("\njobrelay_trouble{check=\"ledger\"} 0.0\n"));
    }

    @Test
    void a_broker_that_stalls_holds_nobody_up() throws Exception {
        line.set("jobrelay.delivery.timeout", "1m").start();
        assertThat(degraded()).isEmpty();

        proxy.stall();
        soon().until(() -> degraded().containsKey("broker"));
        assertThat(degraded().get("broker"))
                .startsWith("jobrelay.destination.queue: its broker cannot be reached: does not answer;");
    }

    @Test
    void the_broker_inside_is_ready() throws Exception {
        broker.close(); // one at a time in a process
        line.set("jobrelay.destination.queue.broker-url", "").start();

        JsonNode all = Json.MAPPER.readTree(
                get("/observe/health/ready?exposureLevel=full").body());
        assertThat(all.path("checks").findValuesAsText("name"))
                .contains("ledger", "node-lease", "broker", "files", "accounts", "stale-watches", "context");
        assertThat(all.path("checks").findValuesAsText("status")).containsOnly("UP");
    }

    @Test
    void a_wrong_key_names_the_account_until_the_key_is_right() throws Exception {
        cloud.jobs(status(401));
        line.watch("100ms..100ms", new String[] {"a", "b"});
        line.start();
        soon().until(() -> degraded().containsKey("accounts"));
        assertThat(degraded().get("accounts"))
                .startsWith("jobrelay.account.cloud.signing: the provider refuses the account since 20")
                .contains(": api=huawei-res-job account=cloud kind=UNAUTHENTICATED status=401")
                .endsWith("; correct its key, its permissions or this machine's clock");
        is_told_to_people_and_no_orchestrator("accounts");
        String since = since();
        long asked = cloud.asked();
        soon().until(() -> cloud.asked() > asked + 4);
        assertThat(since()).isEqualTo(since);
        assertThat(get("/observe/health/live").statusCode()).isEqualTo(200);

        cloud.jobs(status(503));
        long then = cloud.asked();
        soon().until(() -> cloud.asked() > then + 4);
        assertThat(degraded()).as("nobody has said that the key is right").containsKey("accounts");

        cloud.jobs(status(403));
        soon().until(() -> degraded().getOrDefault("accounts", "").contains("kind=FORBIDDEN status=403"));

        cloud.jobs(running());
        soon().until(() -> degraded().isEmpty());
    }

    @Test
    void an_account_that_nothing_is_asked_with_any_more_is_forgotten() throws Exception {
        cloud.jobs(status(401));
        line.watch("100ms..100ms", new String[] {"a"});
        line.start();
        soon().until(() -> degraded().containsKey("accounts"));

        line.watch();
        soon().until(() -> degraded().isEmpty());
    }

    private String since() throws Exception {
        return degraded().get("accounts").replaceFirst(": api=.*", "");
    }

    /** What is wrong with a node that is ready, by the names of the checks. */
    private Map<String, String> degraded() throws IOException, InterruptedException {
        Map<String, String> degraded = new HashMap<>();
        for (JsonNode check :
                Json.MAPPER.readTree(get("/observe/health/ready").body()).path("checks")) {
            String message = check.path("message").asText().replace("\\", ""); // Camel escapes it twice
            if (message.startsWith(DEGRADED)) {
                degraded.put(check.path("name").asText(), message.substring(DEGRADED.length()));
            }
        }
        return degraded;
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
