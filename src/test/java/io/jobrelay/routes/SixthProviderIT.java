package io.jobrelay.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.job.Json;
import io.jobrelay.signing.Credentials;
import io.jobrelay.signing.SdkHmacSha256;
import io.jobrelay.signing.SentRequest;
import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import io.jobrelay.testbed.RawServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
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

    @Test
    void makes_its_record_and_its_failure() throws IOException, InterruptedException {
        Installation installation = new Installation(directory)
                .copy(FILES, "routes")
                .set("jobrelay.account.acme.endpoint", provider.url())
                .set("jobrelay.account.acme.signing", "sdk-hmac-sha256")
                .set("jobrelay.account.acme.access-key", TestWatches.ACCESS_KEY)
                .set("jobrelay.account.acme.secret-key", TestWatches.SECRET_KEY);
        provider.reply(200, Files.readString(SEED.resolve("replies/01-working.json")));
        JobrelayProcess good = fetch(installation);

        assertThat(good.status()).as(good.log()).isZero();
        JsonNode record = Json.MAPPER.readTree(good.out());
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
        JobrelayProcess bad = fetch(installation);

        assertThat(bad.status()).isEqualTo(1);
        assertThat(bad.out()).isEmpty();
        assertThat(bad.log())
                .contains("watch.yaml:1: api=acme-batch-job account=acme kind=THROTTLED status=200 code=tired:"
                        + " Come back later.");
    }

    private static JobrelayProcess fetch(Installation installation) throws IOException, InterruptedException {
        return installation
                .command()
                .run("fetch", SEED.resolve("watch.yaml").toAbsolutePath().toString());
    }

    private static JsonNode read(Path file) throws IOException {
        return Json.MAPPER.readTree(file.toFile());
    }
}
