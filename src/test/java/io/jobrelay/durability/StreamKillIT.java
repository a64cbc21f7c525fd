package io.jobrelay.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.api.EventReader;
import io.jobrelay.job.Event;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.History.Place;
import io.jobrelay.testbed.FreePort;
import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import io.jobrelay.testbed.LongForm;
import io.jobrelay.testbed.StubServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real process, killed while a client listens: what the client gets is what the file destination gets. */
@Timeout(300)
class StreamKillIT {
    private static final int KILLS = LongForm.count(4, 2);
    private static final int JOBS = 20;
    private static final Duration LONGEST = Duration.ofSeconds(90);

    @TempDir
    private Path directory;

    private final List<EventReader.Received> received = new CopyOnWriteArrayList<>();
    private volatile boolean over;

    @Test
    void a_client_misses_nothing_and_watches_added_by_it_stay() throws Exception {
        int port = FreePort.next();
        String url = "http://127.0.0.1:" + port;
        try (StubServer cloud = new StubServer()) {
            Installation installation = installation(cloud, port);
            Thread listener = new Thread(() -> listen(url + "/api/stream"));
            listener.start();
            for (int life = 0; life < KILLS; life++) {
                int before = received.size();
                end(cloud, life * 4, life * 4 + 4);
                try (JobrelayProcess child = installation.start()) {
                    if (life == 0) {
                        addWatches(url, child);
                    }
                    await().atMost(LONGEST).untilAsserted(() -> {
                        assertThat(child.alive()).as(child.log()).isTrue();
                        assertThat(received.size()).as(child.log()).isGreaterThan(before);
                    });
                    child.kill();
                }
            }
            end(cloud, 0, JOBS);
            try (JobrelayProcess child = installation.start()) {
                await().atMost(LONGEST).untilAsserted(() -> {
                    assertThat(ends()).as(child.log()).isEqualTo(JOBS);
                    assertThat(ids()).containsExactlyInAnyOrderElementsOf(file());
                });
                assertThat(child.stop()).as(child.log()).isBetween(0, 143);
            }
            over = true;
            listener.interrupt();
            listener.join();
        }
        assertThat(ids()).doesNotHaveDuplicates();
        assertThat(received)
                .extracting(event -> Place.parse(event.id()).orElseThrow())
                .isSorted();
    }

    private static void end(StubServer cloud, int from, int to) {
        for (int job = from; job < to; job++) {
            cloud.job("j" + job, job % 2 == 0 ? "SUCCEEDED" : "FAILED");
        }
    }

    private Installation installation(StubServer cloud, int port) throws IOException {
        return new Installation(directory)
                .set("jobrelay.account.cloud.endpoint", cloud.baseUrl())
                .set("jobrelay.account.cloud.signing", "none")
                .set("jobrelay.account.cloud.requests-per-second", "1000")
                .set("jobrelay.destination.file.path", "out/changes.ndjson")
                .set("jobrelay.http.port", Integer.toString(port));
    }

    private static void addWatches(String url, JobrelayProcess child) {
        HttpClient client = HttpClient.newHttpClient();
        for (int job = 0; job < JOBS; job++) {
            String body = """
                    {"api": "huawei-res-job", "account": "cloud", "every": "200ms..400ms",
                     "parameters": {"project_id": "p", "job_id": "j%d"}}""".formatted(job);
            HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/api/watches"))
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(body))
                    .build();
            await().atMost(LONGEST)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .untilAsserted(() -> {
                        assertThat(child.alive()).as(child.log()).isTrue();
                        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
                        assertThat(response.statusCode()).as(response.body()).isBetween(200, 201);
                    });
        }
    }

    /** As a browser does: when the stream ends it comes back with the id that it saw last. */
    private void listen(String url) {
        String last = Place.START.toString();
        while (!over) {
            try (EventReader stream = new EventReader(url, Map.of("Last-Event-ID", last)).begun()) {
                while (true) {
                    EventReader.Received event = stream.next();
                    received.add(event);
                    last = event.id();
                }
            } catch (IOException e) {
                LockSupport.parkNanos(50_000_000);
            }
        }
    }

    private List<String> ids() {
        return received.stream().map(event -> event.at("/id")).toList();
    }

    private long ends() {
        return received.stream()
                .filter(event -> event.type().equals(Event.JOB_STATE_CHANGED))
                .filter(event -> event.at("/data/job/terminal").equals("true"))
                .map(event -> event.at("/subject"))
                .distinct()
                .count();
    }

    /** A delivery may come twice to a destination, with the same id. */
    private List<String> file() throws IOException {
        return Files.readAllLines(directory.resolve("out/changes.ndjson")).stream()
                .map(line -> Json.read(line, JsonNode.class).path("id").asText())
                .distinct()
                .toList();
    }
}
