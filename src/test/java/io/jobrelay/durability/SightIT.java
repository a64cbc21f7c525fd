package io.jobrelay.durability;

import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static io.jobrelay.testbed.StubServer.running;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import io.jobrelay.testbed.FreePort;
import io.jobrelay.testbed.StubServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What polling cannot see, through the whole line: staleness, stuck jobs, lag, and a system clock that is set. */
@Timeout(60)
class SightIT {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    private Path directory;

    @RegisterExtension
    static final StubServer cloud = new StubServer();

    private Line line;
    private int port;

    @BeforeEach
    void is_laid() throws IOException {
        port = FreePort.next();
        line = new Line(directory, cloud.baseUrl(), cloud.hookUrl())
                .set("jobrelay.destination.webhook.enabled", "false")
                .set("camel.management.enabled", "true")
                .set("camel.management.port", Integer.toString(port));
    }

    @AfterEach
    void is_taken_up() {
        line.close();
    }

    @Test
    void a_provider_that_falls_silent_makes_its_watches_stale_and_its_first_word_ends_that() throws Exception {
        line.watch("1s", new String[] {"a"});
        line.start();
        soon().until(() -> line.changes().size() == 1);
        assertThat(get("/observe/health").statusCode()).isEqualTo(200);
        cloud.jobs(status(503));
        soon().until(() -> health().anyMatch(data -> data.path("stale").asBoolean()));

        soon().until(() -> get("/observe/health").statusCode() == 503);
        assertThat(get("/observe/health").body())
                .contains("stale watches: 1: ", "api huawei-res-job, account cloud, since 20", "UNAVAILABLE");
        assertThat(get("/observe/health/live").statusCode()).isEqualTo(200);
        assertThat(get("/observe/health/ready").statusCode()).isEqualTo(200);
        assertThat(get("/observe/metrics").body()).contains("\njobrelay_watches_stale 1.0\n");

        cloud.jobs(running());
        soon().until(() -> health().anyMatch(data ->
                data.path("previousStale").asBoolean() && !data.path("stale").asBoolean()));
        soon().until(() -> get("/observe/health").statusCode() == 200);
        assertThat(get("/observe/metrics").body()).contains("\njobrelay_watches_stale 0.0\n");
        assertThat(line.ledger("""
                        select group_concat(sequence, ' ') from
                            (select sequence from change where type like '%health%' order by sequence)""")).containsExactly("1 2 3");
    }

    @Test
    void a_provider_that_hangs_makes_its_watches_stale_although_no_poll_ends() {
        line.set("jobrelay.poll.timeout", "10m");
        cloud.jobs(running().withFixedDelay(60_000));
        line.watch("1s", new String[] {"a"});
        line.start();

        soon().until(() -> health().anyMatch(data ->
                data.path("stale").asBoolean() && data.path("health").asText().equals("OK")));
    }

    @Test
    void a_job_that_does_not_move_is_flagged_once() {
        line.write("watches.yaml", Line.item("a", "1s..1s") + "  stuckAfter: 2h\n");
        line.start();
        soon().until(() -> line.changes().size() == 1);
        line.clock.advance(Duration.ofHours(2));
        soon().until(() -> line.file().stream().anyMatch(event -> event.contains("\"STUCK\"")));
        long asked = cloud.asked("a");
        soon().until(() -> cloud.asked("a") > asked + 2);

        assertThat(line.ledger("select event ->> '$.data.job.anomalies' from change where subject like 'huawei%'"))
                .containsExactlyInAnyOrder("null", "[\"STUCK\"]");
    }

    @Test
    void polls_that_begin_late_are_measured() throws Exception {
        line.set("jobrelay.account.cloud.requests-per-second", "2");
        line.watch(IntStream.range(0, 12).mapToObj(i -> "job-" + i).toArray(String[]::new));
        line.start();
        soon().until(() -> cloud.asked() >= 8);

        soon().until(() -> get("/observe/metrics")
                .body()
                .lines()
                .filter(row -> row.startsWith("jobrelay_poll_lag_seconds_max{api=\"huawei-res-job\"}"))
                .anyMatch(row -> Double.parseDouble(row.replaceFirst(".* ", "")) > 1));
    }

    /** Hours, as an operator or a broken time server sets them. */
    @ParameterizedTest
    @ValueSource(longs = {-24, -1, 1})
    void a_clock_that_is_set_neither_stops_the_line_nor_makes_it_storm(long hours) throws Exception {
        line.set("jobrelay.account.cloud.requests-per-second", "20");
        line.watch("1s", IntStream.range(0, 10).mapToObj(i -> "job-" + i).toArray(String[]::new));
        line.start();
        soon().until(() -> line.changes().size() == 10);
        long before = cloud.asked();
        line.clock.jump(Duration.ofHours(hours));
        long begin = System.nanoTime();
        cloud.job("job-3", "SUCCEEDED");
        soon().until(() -> line.changes().size() == 11);
        soon().until(() -> cloud.asked("job-4") > before / 10 + 2);
        double seconds = (System.nanoTime() - begin) / 1e9;

        assertThat(cloud.asked() - before).as("no storm").isLessThan((long) (10 * (seconds + 2)));
        assertThat(health()).as("nobody is stale, nothing has failed").isEmpty();
        JsonNode last = Json.MAPPER.readTree(line.changes().get(10));
        assertThat(Duration.between(Instant.parse(last.path("time").asText()), line.clock.instant())
                        .abs())
                .as("events are dated by the machine")
                .isLessThan(Duration.ofMinutes(1));
        line.stop();
        line.start();
        long after = cloud.asked("job-5");
        soon().until(() -> cloud.asked("job-5") > after + 1);
        assertThat(line.changes()).hasSize(11);
    }

    private Stream<JsonNode> health() {
        return line.file().stream()
                .filter(event -> event.contains("health_changed"))
                .map(event -> Json.read(event, JsonNode.class).path("data"));
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50));
    }
}
