package io.jobrelay.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.jobrelay.camel.Relay;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.Json;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.testbed.RawServer;
import io.jobrelay.watch.Watch;
import io.jobrelay.watch.WatchFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds the routes and mappings to the seeds: every documented reply to its record, every documented error to its
 * failure. A folder that is added to seeds/ is held as well.
 */
class SeedsTest {
    private static final Path SEEDS = Path.of("seeds");

    private static final RawServer provider = new RawServer();
    private static final JsonSchema schema = schema();
    private static Relay relay;

    @BeforeAll
    static void start() throws IOException {
        Set<String> accounts = new TreeSet<>();
        for (Path file : glob("*/watch.yaml")) {
            Files.readAllLines(file).stream()
                    .map(String::strip)
                    .filter(line -> line.startsWith("account:"))
                    .forEach(line ->
                            accounts.add(line.substring("account:".length()).strip()));
        }
        Map<String, String> overrides = TestWatches.seededAccounts();
        overrides.putAll(TestWatches.accountsAt(provider.url(), accounts));
        relay = Relay.start(Relay.Scope.PROVIDERS, overrides, Clock.systemUTC(), change -> {});
    }

    @AfterAll
    static void stop() {
        relay.close();
        provider.close();
    }

    static List<Path> replies() throws IOException {
        return glob("*/replies/*.json");
    }

    static List<Path> errors() throws IOException {
        return glob("*/errors/*.json");
    }

    @ParameterizedTest
    @MethodSource("replies")
    void makes_the_record_of_a_documented_reply(Path reply) throws IOException {
        provider.reply(200, Files.readString(reply));
        Path folder = reply.getParent().getParent();
        JsonNode expected = read(folder.resolve("records").resolve(reply.getFileName()));

        List<JobRecord> records = relay.providers().poll(watch(folder));

        JsonNode made = Json.MAPPER.readTree(Json.MAPPER.writeValueAsString(records));
        for (JsonNode record : made) {
            assertThat(schema.validate(record)).as("against the schema").isEmpty();
            assertThat(((ObjectNode) record).remove("observeTime")).isNotNull();
        }
        assertThat(made.toPrettyString()).isEqualTo(list(expected).toPrettyString());
    }

    /** What others have put into a job (a password, an environment) is in some replies, and in no record. */
    @Test
    void keeps_no_canary_of_a_confidential_member() throws IOException {
        int canaries = 0;
        for (Path reply : replies()) {
            Path record = reply.getParent().resolveSibling("records").resolve(reply.getFileName());
            canaries += Files.readString(reply).split("canary-", -1).length - 1;
            assertThat(record).content().doesNotContain("canary-");
        }
        assertThat(canaries).isGreaterThan(10);
    }

    @ParameterizedTest
    @MethodSource("errors")
    void makes_the_failure_of_a_documented_error(Path file) throws IOException {
        JsonNode error = read(file);
        List<String> headers = new ArrayList<>();
        error.path("headers")
                .properties()
                .forEach(header ->
                        headers.add(header.getKey() + ": " + header.getValue().asText()));
        String body = error.has("body")
                ? error.get("body").toString()
                : error.path("text").asText();
        provider.reply(error.path("status").asInt(), body, headers.toArray(String[]::new));
        JsonNode expected = error.path("failure");

        PollFailure failure = TestWatches.failure(relay, watch(file.getParent().getParent()));

        assertThat(failure.kind().name()).isEqualTo(expected.path("kind").asText());
        assertThat(failure.httpStatus()).isEqualTo(error.path("status").asInt());
        assertThat(failure.code()).isEqualTo(text(expected, "code"));
        if (expected.has("message")) {
            assertThat(failure.message()).isEqualTo(text(expected, "message"));
        }
        assertThat(failure.message()).isNotBlank();
        assertThat(failure.reply() != null).as("the reply is kept").isEqualTo(failure.kind() == FailureKind.MALFORMED);
        if (failure.reply() != null) {
            assertThat(new String(failure.reply().body(), UTF_8)).isEqualTo(mayBeConfidential(error, file) ? "" : body);
        }
        assertThat(provider.requests()).hasSize(1);
    }

    /** True for a reply that may hold what the API calls confidential, and cannot be parsed. */
    private static boolean mayBeConfidential(JsonNode error, Path file) {
        String api = file.getParent().getParent().getFileName().toString();
        return !error.has("body")
                && !relay.providers()
                        .api(api)
                        .orElseThrow()
                        .getConfidentialMembers()
                        .isEmpty();
    }

    private static Watch watch(Path folder) {
        WatchFile.Content content = new WatchFile(relay.providers().watchReader()).read(folder.resolve("watch.yaml"));
        assertThat(content.problems()).isEmpty();
        assertThat(content.entries()).hasSize(1);
        return content.entries().get(0).watch();
    }

    private static ArrayNode list(JsonNode node) {
        return node instanceof ArrayNode array
                ? array
                : Json.MAPPER.createArrayNode().add(node);
    }

    private static @Nullable String text(JsonNode node, String member) {
        return node.has(member) ? node.get(member).asText() : null;
    }

    private static JsonNode read(Path file) throws IOException {
        return Json.MAPPER.readTree(file.toFile());
    }

    private static List<Path> glob(String pattern) throws IOException {
        PathMatcher matcher = SEEDS.getFileSystem().getPathMatcher("glob:" + SEEDS + "/" + pattern);
        try (Stream<Path> files = Files.walk(SEEDS, 3)) {
            return files.filter(matcher::matches).sorted().toList();
        }
    }

    private static JsonSchema schema() {
        try (InputStream stream = SeedsTest.class.getResourceAsStream("/schema/job-record-v1.schema.json")) {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(stream);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
