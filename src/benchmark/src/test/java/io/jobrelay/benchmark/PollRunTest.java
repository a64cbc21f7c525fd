package io.jobrelay.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The benchmark in short: it measures what it says it measures. How fast that is, is not looked at. */
@TestInstance(Lifecycle.PER_CLASS)
class PollRunTest {
    private static final Load LOAD =
            new Load(40, 4, Duration.ZERO, Duration.ofMillis(500), List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"));

    private Path directory;
    private Provider provider;
    private DurablePostgresql postgresql;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        this.directory = directory;
        this.provider = Provider.start(directory, 1);
        this.postgresql = new DurablePostgresql(directory.resolve("postgresql"));
    }

    @AfterAll
    void stop() throws IOException {
        provider.close();
        postgresql.close();
    }

    Stream<Contender> contenders() {
        return Stream.concat(
                Contenders.of(Api.HUAWEI, postgresql).stream(),
                Stream.of(Api.ALIBABA, Api.BAIDU).map(LoopContender::vendor));
    }

    @ParameterizedTest
    @MethodSource("contenders")
    void every_poll_is_signed_and_every_change_arrives(Contender contender) throws IOException, InterruptedException {
        Path own = Files.createTempDirectory(directory, "run");
        Sample sample = new PollRun(provider, LOAD).of(contender, own);
        Counts counts = provider.counts();

        assertThat(sample.perSecond()).isPositive();
        assertThat(counts.checked()).isEqualTo(counts.polls());
        assertThat(counts.refused()).isZero();
        assertThat(counts.changes()).isGreaterThanOrEqualTo(LOAD.jobs());
        assertThat(contender.arrived(own, counts)).isIn(-1L, counts.changes());
    }

    @Test
    void refuses_polls_that_are_not_signed_or_for_another_job() throws IOException, InterruptedException {
        provider.reset();
        URI uri = Api.HUAWEI.uri(provider.address(), Api.job(1));
        HttpRequest.Builder unsigned = HttpRequest.newBuilder(uri);
        HttpRequest.Builder signedForAnother = HttpRequest.newBuilder(uri);
        Api.HUAWEI.signed(Api.HUAWEI.uri(provider.address(), Api.job(2)), new byte[0]).entrySet().stream()
                .filter(header -> !header.getKey().equalsIgnoreCase("host"))
                .forEach(header -> signedForAnother.header(header.getKey(), header.getValue()));

        assertThat(status(unsigned)).isEqualTo(401);
        assertThat(status(signedForAnother)).isEqualTo(401);
        assertThat(provider.counts().refused()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "io.jobrelay.job.state_changed.v1, 1",
        "io.jobrelay.watch.health_changed.v1, 0",
    })
    void counts_the_events_that_are_about_jobs(String type, long posts) throws IOException, InterruptedException {
        provider.reset();

        assertThat(status(HttpRequest.newBuilder(provider.address().resolve("/webhook"))
                        .POST(HttpRequest.BodyPublishers.ofString("{\"type\":\"%s\"}".formatted(type)))))
                .isEqualTo(200);
        assertThat(provider.counts().posts()).isEqualTo(posts);
    }

    private static int status(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
