package io.jobrelay.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.camel.Relay;
import io.jobrelay.camel.config.ContextSettings;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Deliveries.Status;
import io.jobrelay.sandbox.SandboxProviders;
import io.jobrelay.settings.Settings.HttpSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that speak to a running Jobrelay, to one: its job has ended, and its webhook is dead. */
class ApiCommandsTest {
    private static final String TOKEN = "a-token-of-the-test";
    private static final String JOB = "alibaba-pai-dataset-job/alibaba/d-rbvg5fake0jhc9ks92/dsjob-9jx1fake0uj9e";

    @TempDir
    static Path directory;

    private static SandboxProviders providers;
    private static Relay relay;
    private static Running running;
    private static Running guarded;
    private static String url = "";
    private static String guardedUrl = "";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void run_to_the_end() throws IOException {
        providers = SandboxProviders.start(Path.of("seeds"), Clock.systemUTC(), Duration.ofSeconds(1));
        Map<String, String> properties = new HashMap<>(providers.properties());
        properties.put(ContextSettings.MANAGEMENT, "false");
        properties.put("jobrelay.http.port", "0");
        properties.put("jobrelay.ledger.url", "jdbc:sqlite:" + directory.resolve("ledger.db"));
        properties.put("jobrelay.watches", "seeds/alibaba-pai-dataset-job/watch.yaml");
        properties.put("jobrelay.delivery.schedule", "0s");
        properties.put(
                "jobrelay.destination.file.path",
                directory.resolve("changes.ndjson").toString());
        properties.put("jobrelay.destination.queue.enabled", "false");
        properties.put("jobrelay.destination.webhook.enabled", "true");
        properties.put("jobrelay.destination.webhook.url", "http://127.0.0.1:1/");
        properties.put("jobrelay.destination.webhook.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8G");
        properties.put("jobrelay.destination.webhook.allow-private", "true");
        relay = Relay.start(Relay.Scope.EVERYTHING, properties, Clock.systemUTC(), change -> {});
        running = new Running(relay);
        url = requireNonNull(running.serve(new HttpSettings(true, "127.0.0.1", 0, null, List.of())));
        guarded = new Running(relay);
        guardedUrl = requireNonNull(guarded.serve(new HttpSettings(true, "127.0.0.1", 0, TOKEN, List.of())));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> relay.engine().destinations().having(Status.DEAD).contains("webhook")
                        && relay.engine().done());
    }

    @AfterAll
    static void stop() {
        guarded.close();
        running.close();
        providers.close();
    }

    @Test
    void the_jobrelay_of_another_directory_is_as_good_as_none() {
        AdminClient api = new AdminClient(URI.create(url), null);

        assertThat(api.of(Path.of("").toAbsolutePath())).isSameAs(api);
        assertThatThrownBy(() -> api.of(directory))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.isUnreachable()).isTrue())
                .hasMessage("at %s answers the Jobrelay of %s", url, Path.of("").toAbsolutePath());
    }

    @Test
    void jobs_are_listed() {
        assertThat(jobrelay("jobs", "list")).as(err.toString()).isZero();
        assertThat(lines().get(0)).matches("ID +STATE +SINCE +PROGRESS +REASON  NAME");
        assertThat(lines().get(1)).matches(JOB + "  PARTIALLY_SUCCEEDED  20\\S+Z  \\d+ of 1000.*");
        assertThat(lines()).hasSize(2);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void jobs_are_found_by_what_is_known_of_them() throws IOException {
        assertThat(jobrelay(
                        "jobs",
                        "list",
                        "--json",
                        "--state",
                        "running,partially_succeeded",
                        "--account",
                        "alibaba",
                        "--api",
                        "alibaba-pai-dataset-job",
                        "--label",
                        "team:search",
                        "--sort",
                        "-observeTime"))
                .as(err.toString())
                .isZero();
        assertThat(Json.MAPPER.readTree(lines().get(0)).path("id").asText()).isEqualTo(JOB);

        for (List<String> other : List.of(
                List.of("--state", "FAILED"),
                List.of("--account", "huawei"),
                List.of("--api", "huawei-res-job"),
                List.of("--label", "team:other"))) {
            out.getBuffer().setLength(0);
            assertThat(jobrelay(Stream.concat(Stream.of("jobs", "list", "--json"), other.stream())
                            .toArray(String[]::new)))
                    .isZero();
            assertThat(out.toString()).as(other.toString()).isEmpty();
        }
    }

    @Test
    void a_job_is_shown_with_all_that_its_provider_said() throws IOException {
        assertThat(jobrelay("jobs", "show", JOB)).as(err.toString()).isZero();
        assertThat(lines()).startsWith("{").contains("  \"state\" : \"PARTIALLY_SUCCEEDED\",");

        out.getBuffer().setLength(0);
        assertThat(jobrelay("jobs", "show", JOB, "--json")).isZero();
        assertThat(Json.MAPPER.readTree(lines().get(0)).has("raw")).isTrue();
        assertThat(lines()).hasSize(1);
    }

    @Test
    void the_changes_of_a_job_are_listed_up_to_the_limit() throws IOException {
        assertThat(jobrelay("jobs", "changes", JOB, "--limit", "2"))
                .as(err.toString())
                .isZero();
        assertThat(lines().get(1)).matches(" +1  20\\S+Z +QUEUED.*");
        assertThat(lines().get(2)).matches(" +2  20\\S+Z  QUEUED  RUNNING  420 of 1000");
        assertThat(lines()).hasSize(3);
        assertThat(err.toString()).isEqualTo("There are more; --limit prints them.\n");

        out.getBuffer().setLength(0);
        assertThat(jobrelay("jobs", "changes", JOB, "--json")).isZero();
        JsonNode event = Json.MAPPER.readTree(lines().get(1));
        assertThat(event.path("specversion").asText()).isEqualTo("1.0");
        assertThat(event.at("/data/previousState").asText()).isEqualTo("QUEUED");
    }

    @Test
    void watches_are_listed_added_made_due_and_removed() throws IOException {
        Path file = directory.resolve("more.yaml");
        Tree.write(file, """
                # Mine.
                - api: huawei-res-job
                  account: huawei
                  parameters: { project_id: p, job_id: j }
                  every: 1h..2h
                  labels: { team: recsys }
                - api: huawei-res-job
                  account: huawai
                  parameters: { project_id: p }
                """);

        assertThat(jobrelay("watches", "add", file.toString())).isEqualTo(ExitStatus.FAILED);
        assertThat(err.toString().lines())
                .startsWith(file + ":7: account: must be one of alibaba, baidu, huawei, octopus, otc, was 'huawai';"
                        + " did you mean 'huawei'?")
                .hasSize(2);
        String id = lines().get(0);
        assertThat(lines()).hasSize(1);
        out.getBuffer().setLength(0);
        assertThat(jobrelay("watches", "list", "--account", "huawei")).isZero();
        assertThat(lines().get(1))
                .startsWith(id + "  huawei-res-job  huawei   job_id=j project_id=p  ")
                .contains("team=recsys", "POST /api/watches");
        assertThat(lines()).hasSize(2);
        err.getBuffer().setLength(0);
        assertThat(jobrelay("watches", "poll", "nothing", id)).isEqualTo(ExitStatus.FAILED);
        assertThat(err.toString())
                .startsWith("nothing: there is no watch 'nothing'")
                .hasLineCount(1);
        assertThat(jobrelay("watches", "remove", id)).isZero();
        out.getBuffer().setLength(0);
        assertThat(jobrelay("watches", "list", "--json")).isZero();
        assertThat(lines()).hasSize(1);
        String inFile = Json.MAPPER.readTree(lines().get(0)).path("id").asText();
        err.getBuffer().setLength(0);
        assertThat(jobrelay("watches", "remove", inFile)).isEqualTo(ExitStatus.FAILED);
        assertThat(err.toString()).contains("this watch stands in seeds/alibaba-pai-dataset-job/watch.yaml");
    }

    @Test
    void one_watch_is_added_in_json() throws IOException {
        Path file = directory.resolve("one.json");
        Tree.write(file, """
                {"api": "huawei-res-job", "account": "huawei", "parameters": {"project_id": "p", "job_id": "k"},
                 "every": "1h..2h"}""");

        assertThat(jobrelay("watches", "add", file.toString(), "--json"))
                .as(err.toString())
                .isZero();
        JsonNode added = Json.MAPPER.readTree(lines().get(0));
        assertThat(added.at("/parameters/job_id").asText()).isEqualTo("k");
        assertThat(jobrelay("watches", "remove", added.path("id").asText())).isZero();
    }

    @Test
    void nodes_are_listed_with_what_they_are_at() throws IOException {
        assertThat(jobrelay("nodes")).as(err.toString()).isZero();
        assertThat(lines().get(0)).matches("NODE +ACCOUNTS +DESTINATIONS +STARTED +SEEN +VERSION");
        assertThat(lines().get(1))
                .matches("\\S+-%d +\\d+ +\\d+ +\\S+Z +\\S+Z +.+"
                        .formatted(ProcessHandle.current().pid()));
        assertThat(lines()).hasSize(2);
        out.getBuffer().setLength(0);
        assertThat(jobrelay("nodes", "--json")).isZero();
        assertThat(Json.MAPPER.readTree(lines().get(0)).path("self").asBoolean())
                .isTrue();
    }

    @Test
    void the_status_is_on_one_screen_with_what_needs_a_person() throws IOException {
        assertThat(jobrelay("status")).as(err.toString()).isEqualTo(ExitStatus.FAILED);
        assertThat(lines().get(0)).isEqualTo("Directory  " + Path.of("").toAbsolutePath());
        assertThat(lines().get(1)).matches("Files      generation 1 since \\S+Z, (\\d+) of \\1 as they stand");
        assertThat(lines())
                .contains("Watches    OK 1, stale 0", "Jobs       PARTIALLY_SUCCEEDED 1", "Needs a person:")
                .anyMatch(line -> line.matches("NODE +VERSION +ACCOUNTS +DESTINATIONS +STARTED +SEEN"))
                .anyMatch(line -> line.matches("webhook +(CLOSED|OPEN|HALF_OPEN) +0 +[1-9]\\d*"))
                .anyMatch(line -> line.matches("  destination webhook: [1-9]\\d* dead;"
                        + " 'jobrelay deliveries list --destination webhook' shows them"))
                .hasSizeLessThan(25);

        out.getBuffer().setLength(0);
        assertThat(jobrelay("status", "--json")).isEqualTo(ExitStatus.FAILED);
        JsonNode status = Json.MAPPER.readTree(lines().get(0));
        assertThat(lines()).hasSize(1);
        assertThat(status.at("/summary/watches/OK").asInt()).isEqualTo(1);
        assertThat(status.path("needs")).isNotEmpty();
        assertThat(status.path("nodes")).hasSize(1);
        assertThat(status.path("files")).isEmpty();
    }

    @Test
    void deliveries_and_destinations_are_those_of_the_one_that_runs() throws IOException {
        assertThat(jobrelay("destinations", "list")).as(err.toString()).isZero();
        assertThat(lines().get(0)).matches("DESTINATION +CIRCUIT +PENDING +OLDEST +DEAD +FAILING SINCE +ERROR");
        assertThat(lines().get(1)).matches("file +CLOSED +0 +0");
        assertThat(lines()).hasSize(3);
        out.getBuffer().setLength(0);
        assertThat(jobrelay("deliveries", "list", "--json", "--destination", "webhook"))
                .isZero();
        String id = Json.MAPPER.readTree(lines().get(0)).path("id").asText();
        assertThat(lines()).hasSize(1);
        out.getBuffer().setLength(0);
        assertThat(jobrelay("deliveries", "redeliver", id, "webhook.nothing")).isEqualTo(ExitStatus.FAILED);
        assertThat(lines()).containsExactly("1");
        assertThat(err.toString())
                .isEqualTo("webhook.nothing: there is no delivery 'webhook.nothing'; /api/deliveries lists them\n");
        out.getBuffer().setLength(0);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> relay.engine().destinations().having(Status.DEAD).contains("webhook"));
        assertThat(jobrelay("deliveries", "redeliver", "--destination", "webhook", "--since", "2020-01-01"))
                .isZero();
        assertThat(lines()).containsExactly("1");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> relay.engine().destinations().having(Status.DEAD).contains("webhook"));
        assertThat(jobrelay("destinations", "enable", "hook")).isEqualTo(ExitStatus.FAILED);
        assertThat(err.toString())
                .endsWith("hook: there were never deliveries for a destination of this name; there is file, webhook\n");
        assertThat(jobrelay("destinations", "enable", "file")).isZero();
        assertThat(err.toString()).endsWith("file: was neither disabled nor failing\n");
    }

    @Test
    void the_first_attempt_at_a_delivery_is_counted_as_one() {
        assertThat(jobrelay("deliveries", "list", "--status", "DELIVERED", "--destination", "file"))
                .as(err.toString())
                .isZero();
        assertThat(lines().get(0)).contains("  STATUS     ATTEMPTS");
        assertThat(lines())
                .hasSizeGreaterThan(1)
                .filteredOn(line -> !line.startsWith("ID"))
                .isNotEmpty()
                .allMatch(line -> line.matches(".*  DELIVERED  +1"));
    }

    @Test
    void prints_why_the_api_refused() {
        assertThat(jobrelay("jobs", "list", "--sort", "age")).isEqualTo(ExitStatus.FAILED);
        assertThat(jobrelay("jobs", "show", "nothing")).isEqualTo(ExitStatus.FAILED);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines())
                .containsExactly(
                        "sort: must be one of -account, -id, -name, -observeTime, -state, -stateTime, account, id, name, observeTime, state, stateTime, was 'age'",
                        "there is no job 'nothing'; /api/jobs lists them");
    }

    @Test
    void a_token_comes_from_the_properties() {
        String port = Integer.toString(URI.create(guardedUrl).getPort());

        CommandRun settings = CommandRun.of(
                Map.of("jobrelay.http.port", port, "jobrelay.http.token", TOKEN), "jobs", "list", "--json");
        CommandRun nothing = CommandRun.of(Map.of(), "jobs", "list", "--url", guardedUrl);

        assertThat(settings.lines()).as(settings.err()).hasSize(1);
        assertThat(nothing.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(nothing.err())
                .isEqualTo(guardedUrl + ": wants a token; set JOBRELAY_HTTP_TOKEN to its jobrelay.http.token\n");
    }

    private List<String> lines() {
        return out.toString().lines().toList();
    }

    private int jobrelay(String... arguments) {
        return Jobrelay.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(Stream.concat(Stream.of(arguments), Stream.of("--url", url))
                        .toArray(String[]::new));
    }
}
