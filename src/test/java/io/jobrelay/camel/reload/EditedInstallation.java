package io.jobrelay.camel.reload;

import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import io.jobrelay.testbed.FreePort;
import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import io.jobrelay.testbed.StubServer;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;

/** {@code jobrelay run} in a directory of its own, whose files are edited while it runs, and a provider that it asks. */
final class EditedInstallation implements AutoCloseable {
    private static final Pattern API = Pattern.compile("page=(http://\\S+)/");

    private final Path directory;
    private final JobrelayProcess jobrelay;
    private final HttpClient client = HttpClient.newHttpClient();
    private final StubServer cloud = new StubServer();
    private final int managementPort;

    EditedInstallation(Path directory) throws IOException {
        this.directory = directory;
        managementPort = FreePort.next();
        Installation installation = new Installation(directory)
                .set("jobrelay.reload.every", "50ms")
                .set("jobrelay.account.cloud.endpoint", cloud.baseUrl())
                .set("jobrelay.account.cloud.signing", "none")
                .set("jobrelay.account.cloud.requests-per-second", "1000")
                .set("jobrelay.poll.concurrency", "4")
                .set("jobrelay.destination.file.path", "out/changes.ndjson")
                .set("camel.management.enabled", "true")
                .set("camel.management.port", Integer.toString(managementPort));
        watch("a.yaml", item("huawei-res-job", "a"));
        jobrelay = installation.start();
        soon().until(() -> asked("v1", "a") > 0 && API.matcher(log()).find());
    }

    /** The provider that is asked. */
    StubServer cloud() {
        return cloud;
    }

    static String item(String api, String job) {
        return """
                - api: %s
                  account: cloud
                  parameters: { project_id: p, job_id: %s }
                  every: 50ms..50ms
                """.formatted(api, job);
    }

    void watch(String file, String text) {
        write("watches/" + file, text);
    }

    /** How often a job was asked for in a version of the path. */
    int asked(String version, String job) {
        return cloud.countRequestsMatching(getRequestedFor(urlPathEqualTo("/%s/p/jobs/%s".formatted(version, job)))
                        .build())
                .getCount();
    }

    String read(String file) {
        try {
            return Files.readString(directory.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean differs(String file, String text) {
        return !Files.exists(directory.resolve(file)) || !read(file).equals(text);
    }

    void write(String file, String text) {
        try {
            Files.createDirectories(directory.resolve(file).getParent());
            Files.writeString(directory.resolve(file), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Edits a file, which must make a difference. */
    void edit(String file, UnaryOperator<String> change) {
        String before = read(file);
        String after = change.apply(before);
        assertThat(after).isNotEqualTo(before);
        write(file, after);
    }

    /** Edits a file, and waits until that has been taken in. */
    void take(String file, UnaryOperator<String> change) {
        long before = of(file).path("generation").asLong();
        edit(file, change);
        awaitTaken(file, before);
    }

    void awaitTaken(String file, long before) {
        soon().untilAsserted(() -> {
            JsonNode status = of(file);
            assertThat(status.path("generation").asLong()).as(status::toString).isGreaterThan(before);
            assertThat(status.path("result").asText()).as(status::toString).isEqualTo("LOADED");
        });
    }

    void delete(String file) {
        try {
            Files.delete(directory.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The events of a file destination. */
    List<String> events(String file) {
        return Files.exists(directory.resolve(file)) ? read(file).lines().toList() : List.of();
    }

    String log() {
        return jobrelay.log();
    }

    /** What {@code GET /api/reload} says. */
    JsonNode report() {
        return get("/api/reload");
    }

    JsonNode get(String path) {
        return document(HttpRequest.newBuilder(api(path)));
    }

    JsonNode post(String path, @Nullable JsonNode body) {
        return document(HttpRequest.newBuilder(api(path))
                .header("Content-Type", "application/json")
                .POST(body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString())));
    }

    URI api(String path) {
        Matcher api = API.matcher(log());
        assertThat(api.find()).isTrue();
        return URI.create(api.group(1) + path);
    }

    private JsonNode document(HttpRequest.Builder request) {
        try {
            return Json.MAPPER.readTree(ask(request).body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the management port says. */
    HttpResponse<String> observe(String path) {
        return ask(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + "/observe/" + path)));
    }

    private HttpResponse<String> ask(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is said of a file. */
    JsonNode of(String file) {
        for (JsonNode status : report().path("files")) {
            if (status.path("file").asText().equals(file)) {
                return status;
            }
        }
        return Json.MAPPER.createObjectNode();
    }

    /** Waits until each file that is gone from the disk is gone from what runs: that is a generation, too. */
    void awaitDeletions() {
        soon().until(() -> report().path("files").findValuesAsText("file").stream()
                .allMatch(file -> Files.exists(directory.resolve(file))));
    }

    /** Waits until an edit has been decided about: the file stands so. */
    JsonNode awaitResult(String file, String result) {
        soon().untilAsserted(() -> {
            JsonNode status = of(file);
            assertThat(status.path("result").asText()).as(status::toString).isEqualTo(result);
        });
        return of(file);
    }

    /** Waits until a file that was deleted is gone from what runs. */
    void awaitGone(String file) {
        soon().until(() -> of(file).isEmpty());
    }

    long generation() {
        return report().path("generation").asLong();
    }

    ConditionFactory soon() {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(50))
                .failFast(() -> assertThat(jobrelay.alive()).as(log()).isTrue());
    }

    @Override
    public void close() {
        jobrelay.close();
        cloud.close();
    }
}
