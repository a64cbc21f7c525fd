package io.jobrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import io.jobrelay.sandbox.SandboxProviders;
import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code fetch}, {@code wait} and {@code run}, as processes of their own, against providers that check every signature.
 * Nothing but {@code application.properties} tells them where those are.
 */
class CommandsTest {
    private static final String RES = "seeds/huawei-res-job/watch.yaml";
    private static final String PAI = "seeds/alibaba-pai-dataset-job/watch.yaml";

    @TempDir
    Path directory;

    private SandboxProviders providers;
    private Installation installation;

    @BeforeEach
    void start_the_providers() throws IOException {
        providers = SandboxProviders.start(Path.of("seeds"), Clock.systemUTC(), Duration.ofSeconds(1));
        installation = new Installation(directory)
                .copy("seeds")
                .set(providers.properties())
                .set("jobrelay.destination.queue.enabled", "true")
                .set("jobrelay.destination.queue.port", "");
    }

    @AfterEach
    void stop_the_providers() {
        providers.close();
    }

    @Test
    void fetch_prints_a_record_a_line() throws Exception {
        JobrelayProcess fetch = jobrelay("fetch", RES, PAI);

        assertThat(fetch.log()).isEmpty();
        assertThat(fetch.status()).isEqualTo(ExitStatus.OK);
        assertThat(states(fetch)).containsExactly("huawei-res-job RUNNING", "alibaba-pai-dataset-job QUEUED");
        assertThat(providers.refused()).isZero();
    }

    @Test
    void fetch_says_which_watch_failed_and_fetches_the_others() throws Exception {
        installation.set("jobrelay.account.huawei.secret-key", "not-the-right-one");

        JobrelayProcess fetch = jobrelay("fetch", RES, PAI);

        assertThat(fetch.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(fetch.log())
                .startsWith(RES + ":1: api=huawei-res-job account=huawei kind=UNAUTHENTICATED status=401 code=")
                .doesNotContain("not-the-right-one");
        assertThat(states(fetch)).containsExactly("alibaba-pai-dataset-job QUEUED");
    }

    @Test
    void wait_ends_with_the_last_records() throws Exception {
        JobrelayProcess wait = jobrelay("wait", RES);

        assertThat(wait.status()).as(wait.log()).isEqualTo(ExitStatus.OK);
        assertThat(states(wait)).containsExactly("huawei-res-job SUCCEEDED");
        assertThat(wait.log().lines()).startsWith("1 job: RUNNING 1").endsWith("1 job: SUCCEEDED 1");
        assertThat(Tree.list(directory)).doesNotContain(Path.of("data"), Path.of("out"));
    }

    @Test
    void wait_tells_that_some_job_did_not_succeed() throws Exception {
        JobrelayProcess wait = jobrelay("wait", RES, PAI);

        assertThat(wait.status()).as(wait.log()).isEqualTo(ExitStatus.JOB_NOT_SUCCEEDED);
        assertThat(states(wait))
                .containsExactly("alibaba-pai-dataset-job PARTIALLY_SUCCEEDED", "huawei-res-job SUCCEEDED");
    }

    @Test
    void wait_does_not_wait_for_what_waiting_does_not_mend() throws Exception {
        installation.set("jobrelay.account.huawei.secret-key", "not-the-right-one");

        JobrelayProcess wait = jobrelay("wait", RES);

        assertThat(wait.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(wait.log()).contains("\napi=huawei-res-job account=huawei kind=UNAUTHENTICATED status=401 code=");
    }

    @Test
    void wait_gives_up_when_its_time_has_passed() throws Exception {
        installation.set("jobrelay.account.huawei.endpoint", "http://127.0.0.1:1");

        JobrelayProcess wait = jobrelay("wait", "--timeout", "3s", RES);

        assertThat(wait.status()).isEqualTo(ExitStatus.TIMED_OUT);
        assertThat(wait.log())
                .contains("\napi=huawei-res-job account=huawei kind=UNAVAILABLE: Connect to http://127.0.0.1:1 failed");
    }

    @Test
    void run_ends_when_all_is_done_and_has_nothing_left_to_do_then() throws Exception {
        installation.set("jobrelay.watches", RES);

        JobrelayProcess first = jobrelay("run", "--until-done");
        List<String> events = Files.readAllLines(event());
        JobrelayProcess second = jobrelay("run", "--until-done");

        assertThat(first.status()).as(first.log()).isEqualTo(ExitStatus.OK);
        assertThat(first.lines()).isEmpty();
        assertThat(events).hasSize(2);
        assertThat(second.status()).isEqualTo(ExitStatus.OK);
        assertThat(Files.readAllLines(event())).isEqualTo(events);
    }

    @Test
    void run_tells_that_some_job_did_not_succeed() throws Exception {
        installation.set("jobrelay.watches", PAI);

        assertThat(jobrelay("run", "--until-done").status()).isEqualTo(ExitStatus.JOB_NOT_SUCCEEDED);
    }

    @Test
    void run_tells_that_some_delivery_is_dead() throws Exception {
        installation.set("jobrelay.watches", PAI);
        installation.set("jobrelay.delivery.schedule", "0s");
        installation.set("jobrelay.destination.webhook.enabled", "true");
        installation.set("jobrelay.destination.webhook.url", "http://127.0.0.1:1/");
        installation.set("jobrelay.destination.webhook.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8G");
        installation.set("jobrelay.destination.webhook.allow-private", "true");

        JobrelayProcess run = jobrelay("run", "--until-done");

        assertThat(run.status()).as(run.log()).isEqualTo(ExitStatus.DELIVERY_DEAD);
        assertThat(run.log()).contains("is dead after 1 attempts");
    }

    private JobrelayProcess jobrelay(String... arguments) throws IOException, InterruptedException {
        return installation
                .command()
                .environment(Map.of("JOBRELAY_LOG_LEVEL", "WARN"))
                .run(arguments);
    }

    private Path event() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("out"))) {
            return files.filter(file -> file.toString().endsWith(".ndjson"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static List<String> states(JobrelayProcess program) throws IOException {
        try (var jobs = Json.MAPPER.readerFor(JsonNode.class).<JsonNode>readValues(program.out())) {
            return jobs.readAll().stream()
                    .map(job -> job.at("/provider/api").asText() + " "
                            + job.path("state").asText())
                    .toList();
        }
    }
}
