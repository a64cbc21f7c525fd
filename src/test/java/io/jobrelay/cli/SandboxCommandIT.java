package io.jobrelay.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.provider.EventFormatProvider;
import io.cloudevents.jackson.JsonFormat;
import io.jobrelay.job.Json;
import io.jobrelay.testbed.JobrelayProcess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in a process and a directory of its own, as a user starts it. */
class SandboxCommandIT {
    @TempDir
    Path directory;

    @BeforeEach
    void lay_out_what_it_works_with() throws IOException {
        for (String name : List.of("application.properties", "routes", "seeds")) {
            Tree.copy(directory, name);
        }
    }

    @Test
    void plays_every_job_to_its_end_and_says_what_came_of_it() throws Exception {
        JobrelayProcess sandbox = sandbox().run("sandbox", "--seconds", "3");

        String out = sandbox.out();
        assertThat(sandbox.log()).isEmpty();
        assertThat(sandbox.status()).as(out).isEqualTo(ExitStatus.OK);
        assertThat(out)
                .containsPattern("(?m)^alibaba  http://127.0.0.1:\\d+  alibaba-pai-dataset-job$")
                .containsPattern("(?m)^TIME      ACCOUNT  JOB +FROM +TO$")
                .containsPattern(
                        "(?m)^\\d\\d:\\d\\d:\\d\\d  huawei   d7a72d465\\.\\.f8041b6e5  RUNNING   -> SUCCEEDED$")
                .containsPattern("(?m)^huawei-octopus-system-jobs +8 +29  4 SUCCEEDED, 3 FAILED, 1 CANCELLED$")
                .containsPattern("(?m)^file +40 +0 +0  out/changes-.*\\.ndjson$")
                .containsPattern("(?m)^queue +12 +0 +0  12 messages read back from jobrelay.changes$")
                .containsPattern("(?m)^webhook +5 +0 +0  5 signatures verified, 0 refused$")
                .containsPattern("verified \\d+ signatures and refused 0\\.")
                .doesNotContain("\u001b")
                .doesNotContain("\t");
        assertThat(directory.resolve("real")).doesNotExist();
        List<JsonNode> jobs = events();
        assertThat(jobs).hasSize(40);
        assertThat(jobs).extracting(job -> job.path("id").asText()).doesNotContain("");
    }

    /** With no account in the properties but the shipped five: the others come with their seeds. */
    @Test
    void plays_every_api_if_asked_to() throws Exception {
        JobrelayProcess sandbox = sandbox().run("sandbox", "--all", "--seconds", "3");

        String out = sandbox.out();
        assertThat(sandbox.log()).isEmpty();
        assertThat(sandbox.status()).as(out).isEqualTo(ExitStatus.OK);
        assertThat(out).contains("All jobs have ended").containsPattern("verified \\d+ signatures and refused 0\\.");
        try (Stream<Path> seeds = Files.list(directory.resolve("seeds"))) {
            assertThat(seeds.map(seed -> seed.getFileName().toString()))
                    .hasSizeGreaterThan(12)
                    .allSatisfy(api -> assertThat(out).containsPattern("127.0.0.1:\\d+  .*\\b" + api + "\\b"));
        }
    }

    @Test
    void its_status_says_that_some_job_failed_if_asked_to() throws Exception {
        JobrelayProcess sandbox = sandbox().run("sandbox", "--seconds", "1", "--until-done");

        assertThat(sandbox.status()).isEqualTo(ExitStatus.JOB_NOT_SUCCEEDED);
        assertThat(sandbox.out()).contains("All jobs have ended");
    }

    @Test
    void ends_with_a_summary_when_it_is_interrupted() throws Exception {
        try (JobrelayProcess sandbox = sandbox().start("sandbox", "--seconds", "600")) {
            await().atMost(Duration.ofSeconds(60)).until(() -> sandbox.out().contains("RUNNING"));

            assertThat(sandbox.stop()).isEqualTo(ExitStatus.OK);
            assertThat(sandbox.out()).contains("Stopped before the end.").contains("DESTINATION");
        }
    }

    @Test
    void says_that_there_is_nothing_to_play() throws Exception {
        Files.move(directory.resolve("seeds"), directory.resolve("put-away"));

        JobrelayProcess sandbox = sandbox().run("sandbox");

        assertThat(sandbox.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(sandbox.log()).startsWith("there is nothing to play in ");
    }

    @Test
    void refuses_a_life_of_no_seconds() {
        assertThat(Jobrelay.commandLine().execute("sandbox", "--seconds", "0")).isEqualTo(2);
    }

    /** The records of the events that were written, each event and record having been held to its schema. */
    private List<JsonNode> events() throws IOException {
        List<JsonNode> jobs = new ArrayList<>();
        JsonSchema schema = schema();
        try (Stream<Path> files = Files.list(directory.resolve("out"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".ndjson")).toList()) {
                for (String line : Files.readAllLines(file)) {
                    CloudEvent event = EventFormatProvider.getInstance()
                            .resolveFormat(JsonFormat.CONTENT_TYPE)
                            .deserialize(line.getBytes(UTF_8));
                    JsonNode job = Json.MAPPER.readTree(line).at("/data/job");
                    assertThat(event.getSource()).hasScheme("jobrelay").hasHost("sandbox");
                    assertThat(event.getSubject()).isEqualTo(job.path("id").asText());
                    assertThat(schema.validate(job)).as(line).isEmpty();
                    jobs.add(job);
                }
            }
        }
        return jobs;
    }

    private static JsonSchema schema() throws IOException {
        try (InputStream schema = SandboxCommandIT.class.getResourceAsStream("/schema/job-record-v1.schema.json")) {
            return JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(schema);
        }
    }

    /** In the shell of a user who has a real installation, which the sandbox must leave alone. */
    private JobrelayProcess.Launch sandbox() {
        return JobrelayProcess.in(directory)
                .environment(Map.of(
                        "JOBRELAY_HTTP_PORT", "0",
                        "JOBRELAY_LEDGER_URL", "jdbc:sqlite:real/ledger.db",
                        "JOBRELAY_ACCOUNT_HUAWEI_ENDPOINT", "https://res.example.org",
                        "JOBRELAY_ACCOUNT_HUAWEI_SECRET_KEY", "a-real-key",
                        "JOBRELAY_DESTINATION_WEBHOOK_URL", "https://hooks.example.org",
                        "ALIBABA_CLOUD_SECURITY_TOKEN", "a-real-token"));
    }
}
