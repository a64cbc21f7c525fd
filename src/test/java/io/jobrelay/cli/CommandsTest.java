package io.jobrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import io.jobrelay.sandbox.SandboxProviders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fetch}, {@code wait} and {@code run} against providers that check every signature. */
class CommandsTest {
    private static final String RES = "seeds/huawei-res-job/watch.yaml";
    private static final String PAI = "seeds/alibaba-pai-dataset-job/watch.yaml";

    @TempDir
    Path directory;

    private SandboxProviders providers;
    private Map<String, String> properties;

    @BeforeEach
    void start_the_providers() throws IOException {
        providers = SandboxProviders.start(Path.of("seeds"), Clock.systemUTC(), Duration.ofSeconds(1));
        properties = new HashMap<>(providers.properties());
        properties.put("camel.management.enabled", "false");
        properties.put("jobrelay.http.port", "0");
        properties.put("jobrelay.ledger.url", "jdbc:sqlite:" + directory.resolve("ledger.db"));
        properties.put("jobrelay.destination.file.path", directory + "/changes.ndjson");
        properties.put("jobrelay.destination.queue.enabled", "false");
    }

    @AfterEach
    void stop_the_providers() {
        providers.close();
    }

    @Test
    void fetch_prints_a_record_a_line() throws Exception {
        CommandRun fetch = jobrelay("fetch", RES, PAI);

        assertThat(fetch.err()).isEmpty();
        assertThat(fetch.status()).isEqualTo(ExitStatus.OK);
        assertThat(states(fetch)).containsExactly("huawei-res-job RUNNING", "alibaba-pai-dataset-job QUEUED");
        assertThat(providers.refused()).isZero();
    }

    @Test
    void fetch_says_which_watch_failed_and_fetches_the_others() throws Exception {
        properties.put("jobrelay.account.huawei.secret-key", "not-the-right-one");

        CommandRun fetch = jobrelay("fetch", RES, PAI);

        assertThat(fetch.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(fetch.err())
                .startsWith(RES + ":1: api=huawei-res-job account=huawei kind=UNAUTHENTICATED status=401 code=")
                .doesNotContain("not-the-right-one");
        assertThat(states(fetch)).containsExactly("alibaba-pai-dataset-job QUEUED");
    }

    @Test
    void wait_ends_with_the_last_records() throws Exception {
        CommandRun wait = jobrelay("wait", RES);

        assertThat(wait.status()).as(wait.err()).isEqualTo(ExitStatus.OK);
        assertThat(states(wait)).containsExactly("huawei-res-job SUCCEEDED");
        assertThat(wait.err().lines()).startsWith("1 job: RUNNING 1").endsWith("1 job: SUCCEEDED 1");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void the_status_of_wait_says_that_some_job_did_not_succeed() throws Exception {
        CommandRun wait = jobrelay("wait", RES, PAI);

        assertThat(wait.status()).as(wait.err()).isEqualTo(ExitStatus.JOB_NOT_SUCCEEDED);
        assertThat(states(wait))
                .containsExactly("alibaba-pai-dataset-job PARTIALLY_SUCCEEDED", "huawei-res-job SUCCEEDED");
    }

    @Test
    void wait_ends_at_a_permanent_failure() throws Exception {
        properties.put("jobrelay.account.huawei.secret-key", "not-the-right-one");

        CommandRun wait = jobrelay("wait", RES);

        assertThat(wait.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(wait.err())
                .startsWith(RES + ": {\"job_id\":\"d7a72d46599e4d32bc79efaf8041b6e5\",\"project_id\":\"")
                .contains("\"}: api=huawei-res-job account=huawei kind=UNAUTHENTICATED status=401 code=");
    }

    @Test
    void wait_gives_up_when_its_time_has_passed() throws Exception {
        properties.put("jobrelay.account.huawei.endpoint", "http://127.0.0.1:1");

        CommandRun wait = jobrelay("wait", "--timeout", "3s", RES);

        assertThat(wait.status()).isEqualTo(ExitStatus.TIMED_OUT);
        assertThat(wait.err())
                .contains("api=huawei-res-job account=huawei kind=UNAVAILABLE: Connect to http://127.0.0.1:1 failed");
    }

    @Test
    void wait_refuses_a_file_that_is_not_there() {
        CommandRun wait = jobrelay("wait", "watches/none.yaml", RES);

        assertThat(wait.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(wait.err()).isEqualTo("watches/none.yaml: cannot be read: there is no such file\n");
    }

    @Test
    void run_ends_when_all_is_done_and_has_nothing_left_to_do_then() throws Exception {
        properties.put("jobrelay.watches", RES);

        CommandRun first = jobrelay("run", "--until-done");
        List<String> events = events();
        CommandRun second = jobrelay("run", "--until-done");

        assertThat(first.status()).as(first.err()).isEqualTo(ExitStatus.OK);
        assertThat(first.lines()).isEmpty();
        assertThat(events).hasSize(2);
        assertThat(second.status()).isEqualTo(ExitStatus.OK);
        assertThat(events()).isEqualTo(events);
    }

    @Test
    void the_status_of_run_says_that_some_job_did_not_succeed() {
        properties.put("jobrelay.watches", PAI);

        assertThat(jobrelay("run", "--until-done").status()).isEqualTo(ExitStatus.JOB_NOT_SUCCEEDED);
    }

    @Test
    void the_status_of_run_says_that_some_delivery_is_dead() throws Exception {
        properties.put("jobrelay.watches", PAI);
        properties.put("jobrelay.delivery.schedule", "0s");
        properties.put("jobrelay.destination.webhook.enabled", "true");
        properties.put("jobrelay.destination.webhook.url", "http://127.0.0.1:1/");
        properties.put("jobrelay.destination.webhook.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8G");
        properties.put("jobrelay.destination.webhook.allow-private", "true");

        CommandRun run = jobrelay("run", "--until-done");

        assertThat(run.status()).as(run.err()).isEqualTo(ExitStatus.DELIVERY_DEAD);
        assertThat(jobrelay("deliveries", "list").out()).contains("webhook.");
    }

    private CommandRun jobrelay(String... arguments) {
        return CommandRun.of(properties, arguments);
    }

    private List<String> events() throws IOException {
        return Files.readAllLines(directory.resolve("changes.ndjson"));
    }

    private static List<String> states(CommandRun program) throws IOException {
        try (var jobs = Json.MAPPER.readerFor(JsonNode.class).<JsonNode>readValues(program.out())) {
            return jobs.readAll().stream()
                    .map(job -> job.at("/provider/api").asText() + " "
                            + job.path("state").asText())
                    .toList();
        }
    }
}
