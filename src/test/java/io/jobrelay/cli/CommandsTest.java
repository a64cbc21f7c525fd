package io.jobrelay.cli;

import static java.util.stream.Collectors.joining;
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
    private Map<String, String> properties;

    @BeforeEach
    void start_the_providers() throws IOException {
        Tree.copy(directory, "routes", "seeds");
        providers = SandboxProviders.start(Path.of("seeds"), Clock.systemUTC(), Duration.ofSeconds(1));
        properties = new HashMap<>(providers.properties());
        properties.put("camel.management.enabled", "false");
        properties.put("jobrelay.http.port", "0");
        properties.put("jobrelay.destination.queue.port", "");
    }

    @AfterEach
    void stop_the_providers() {
        providers.close();
    }

    @Test
    void fetch_prints_a_record_a_line() throws Exception {
        Program fetch = jobrelay("fetch", RES, PAI);

        assertThat(fetch.err()).isEmpty();
        assertThat(fetch.status()).isEqualTo(ExitStatus.OK);
        assertThat(states(fetch)).containsExactly("huawei-res-job RUNNING", "alibaba-pai-dataset-job QUEUED");
        assertThat(providers.refused()).isZero();
    }

    @Test
    void fetch_says_which_watch_failed_and_fetches_the_others() throws Exception {
        properties.put("jobrelay.account.huawei.secret-key", "not-the-right-one");

        Program fetch = jobrelay("fetch", RES, PAI);

        assertThat(fetch.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(fetch.err()).startsWith(RES + ":1: UNAUTHENTICATED: ").doesNotContain("not-the-right-one");
        assertThat(states(fetch)).containsExactly("alibaba-pai-dataset-job QUEUED");
    }

    @Test
    void wait_ends_with_the_last_records() throws Exception {
        Program wait = jobrelay("wait", RES);

        assertThat(wait.status()).as(wait.err()).isEqualTo(ExitStatus.OK);
        assertThat(states(wait)).containsExactly("huawei-res-job SUCCEEDED");
        assertThat(wait.err().lines()).startsWith("1 job: RUNNING 1").endsWith("1 job: SUCCEEDED 1");
        assertThat(Tree.list(directory)).doesNotContain(Path.of("data"), Path.of("out"));
    }

    @Test
    void wait_tells_that_some_job_did_not_succeed() throws Exception {
        Program wait = jobrelay("wait", RES, PAI);

        assertThat(wait.status()).as(wait.err()).isEqualTo(ExitStatus.JOB_NOT_SUCCEEDED);
        assertThat(states(wait))
                .containsExactly("alibaba-pai-dataset-job PARTIALLY_SUCCEEDED", "huawei-res-job SUCCEEDED");
    }

    @Test
    void wait_does_not_wait_for_what_waiting_does_not_mend() throws Exception {
        properties.put("jobrelay.account.huawei.secret-key", "not-the-right-one");

        Program wait = jobrelay("wait", RES);

        assertThat(wait.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(wait.err()).contains("\nhuawei-res-job: UNAUTHENTICATED: ");
    }

    @Test
    void wait_gives_up_when_its_time_has_passed() throws Exception {
        properties.put("jobrelay.account.huawei.endpoint", "http://127.0.0.1:1");

        Program wait = jobrelay("wait", "--timeout", "3s", RES);

        assertThat(wait.status()).isEqualTo(ExitStatus.TIMED_OUT);
        assertThat(wait.err()).contains("\nhuawei-res-job: UNAVAILABLE: Connect to http://127.0.0.1:1 failed");
    }

    @Test
    void run_ends_when_all_is_done_and_has_nothing_left_to_do_then() throws Exception {
        properties.put("jobrelay.watches", RES);

        Program first = jobrelay("run", "--until-done");
        List<String> events = Files.readAllLines(event());
        Program second = jobrelay("run", "--until-done");

        assertThat(first.status()).as(first.err()).isEqualTo(ExitStatus.OK);
        assertThat(first.out()).isEmpty();
        assertThat(events).hasSize(2);
        assertThat(second.status()).isEqualTo(ExitStatus.OK);
        assertThat(Files.readAllLines(event())).isEqualTo(events);
    }

    @Test
    void run_tells_that_some_job_did_not_succeed() throws Exception {
        properties.put("jobrelay.watches", PAI);

        assertThat(jobrelay("run", "--until-done").status()).isEqualTo(ExitStatus.JOB_NOT_SUCCEEDED);
    }

    @Test
    void run_tells_that_some_delivery_is_dead() throws Exception {
        properties.put("jobrelay.watches", PAI);
        properties.put("jobrelay.delivery.schedule", "0s");
        properties.put("jobrelay.destination.webhook.enabled", "true");
        properties.put("jobrelay.destination.webhook.url", "http://127.0.0.1:1/");
        properties.put("jobrelay.destination.webhook.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8G");
        properties.put("jobrelay.destination.webhook.allow-private", "true");

        Program run = jobrelay("run", "--until-done");

        assertThat(run.status()).as(run.err()).isEqualTo(ExitStatus.DELIVERY_DEAD);
        assertThat(run.err()).contains("is dead after 1 attempts");
    }

    private Program jobrelay(String... arguments) throws IOException, InterruptedException {
        String shipped = Files.readAllLines(Path.of("application.properties")).stream()
                .filter(line -> !properties.containsKey(line.replaceFirst("=.*", "")))
                .collect(joining("\n", "", "\n"));
        String own = properties.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(joining("\n", "", "\n"));
        Files.writeString(directory.resolve("application.properties"), shipped + own);
        return Program.run(directory, Map.of(), arguments);
    }

    private Path event() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("out"))) {
            return files.filter(file -> file.toString().endsWith(".ndjson"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static List<String> states(Program program) throws IOException {
        try (var jobs = Json.MAPPER.readerFor(JsonNode.class).<JsonNode>readValues(String.join("\n", program.out()))) {
            return jobs.readAll().stream()
                    .map(job -> job.at("/provider/api").asText() + " "
                            + job.path("state").asText())
                    .toList();
        }
    }
}
