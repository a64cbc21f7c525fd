package io.jobrelay.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.job.Json;
import io.jobrelay.signing.Credentials;
import io.jobrelay.signing.SdkHmacSha256;
import io.jobrelay.signing.SentRequest;
import io.jobrelay.testbed.RawServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A provider API is added by a route file and its mappings: no Java, and the program as it is. */
class SixthProviderIT {
    private static final Path FILES = Path.of("docs/cookbook/acme-batch-job");
    private static final Path SEED = FILES.resolve("seeds/acme-batch-job");

    private static final RawServer provider = new RawServer();

    @TempDir
    private Path directory;

    @AfterAll
    static void stop() {
        provider.close();
    }

    @BeforeEach
    void copy_the_routes() throws IOException {
        copy(Path.of("routes"), directory.resolve("routes"));
        copy(FILES.resolve("routes"), directory.resolve("routes"));
        Path properties = directory.resolve("application.properties");
        Files.copy(Path.of("application.properties"), properties);
        String account = """

                jobrelay.account.acme.endpoint=%s
                jobrelay.account.acme.signing=sdk-hmac-sha256
                jobrelay.account.acme.access-key=%s
                jobrelay.account.acme.secret-key=%s
                """.formatted(provider.url(), TestWatches.ACCESS_KEY, TestWatches.SECRET_KEY);
        Files.writeString(properties, account, StandardOpenOption.APPEND);
    }

    @Test
    void makes_its_record_and_its_failure() throws IOException, InterruptedException {
        provider.reply(200, Files.readString(SEED.resolve("replies/01-working.json")));
        Outcome good = fetch();

        assertThat(good.errors).isEmpty();
        assertThat(good.status).isZero();
        JsonNode record = Json.MAPPER.readTree(good.output);
        assertThat(((ObjectNode) record).remove("observeTime")).isNotNull();
        assertThat(record.toPrettyString())
                .isEqualTo(read(SEED.resolve("records/01-working.json")).toPrettyString());
        RawServer.Request request = provider.request();
        assertThat(request.target()).isEqualTo("/jobs/nightly%2F1?tags=a%20b&tags=c");
        assertThat(new SentRequest(
                                request.method(),
                                request.path(),
                                request.query(),
                                request.headers(),
                                request.body(),
                                new Credentials(TestWatches.ACCESS_KEY, TestWatches.SECRET_KEY, null))
                        .verifies(new SdkHmacSha256()))
                .isTrue();

        JsonNode error = read(SEED.resolve("errors/tired.json"));
        provider.reply(error.get("status").asInt(), error.get("body").toString());
        Outcome bad = fetch();

        assertThat(bad.status).isEqualTo(1);
        assertThat(bad.output).isEmpty();
        assertThat(bad.errors).contains("watch.yaml:1: THROTTLED: Come back later.");
    }

    private record Outcome(int status, String output, String errors) {}

    private Outcome fetch() throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Path errors = directory.resolve("errors");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.jobrelay.cli.Jobrelay",
                        "fetch",
                        SEED.resolve("watch.yaml").toAbsolutePath().toString())
                .directory(directory.toFile())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends").isTrue();
            return new Outcome(process.exitValue(), Files.readString(output, UTF_8), Files.readString(errors, UTF_8));
        } finally {
            process.destroyForcibly();
        }
    }

    private static JsonNode read(Path file) throws IOException {
        return Json.MAPPER.readTree(file.toFile());
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }
}
