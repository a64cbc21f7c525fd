package io.jobrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.jobrelay.sandbox.SandboxProviders;
import io.jobrelay.testbed.FreePort;
import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands as a user starts them: processes that nothing but the files of their directory tells what to do. */
class CommandsIT {
    private static final String WATCH = "seeds/alibaba-pai-dataset-job/watch.yaml";
    private static final String TOKEN = "a-token-of-the-test";

    @TempDir
    Path directory;

    @TempDir
    Path elsewhere;

    @Test
    void the_files_of_the_directory_are_all_that_commands_need() throws Exception {
        try (SandboxProviders providers =
                SandboxProviders.start(Path.of("seeds"), Clock.systemUTC(), Duration.ofSeconds(1))) {
            Installation installation = new Installation(directory)
                    .copy("seeds")
                    .set(providers.properties())
                    .set("jobrelay.watches", WATCH)
                    .set("jobrelay.delivery.schedule", "0s")
                    .set("jobrelay.destination.queue.enabled", "true")
                    .set("jobrelay.destination.queue.port", "")
                    .set("jobrelay.destination.webhook.enabled", "true")
                    .set("jobrelay.destination.webhook.url", "http://127.0.0.1:1/")
                    .set("jobrelay.destination.webhook.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8G")
                    .set("jobrelay.destination.webhook.allow-private", "true");

            JobrelayProcess fetch = installation.command().run("fetch", WATCH);
            assertThat(fetch.status()).as(fetch.log()).isEqualTo(ExitStatus.OK);
            assertThat(fetch.lines()).hasSize(1);
            assertThat(fetch.log()).isEmpty();

            JobrelayProcess run = installation.command().run("run", "--until-done");
            assertThat(run.status()).as(run.log()).isEqualTo(ExitStatus.DELIVERY_DEAD);
            assertThat(run.out()).isEmpty();
            assertThat(run.log()).contains("is dead after 1 attempts");

            JobrelayProcess dead = installation.command().run("deliveries", "list", "--json");
            assertThat(dead.lines()).as(dead.log()).hasSize(1);
            assertThat(dead.log()).isEmpty();

            JobrelayProcess backup = installation.command().run("backup", "copy.db");
            assertThat(backup.status()).as(backup.log()).isEqualTo(ExitStatus.OK);
            assertThat(directory.resolve("copy.db")).isNotEmptyFile();
        }
    }

    @Test
    void a_token_comes_from_the_environment_or_the_properties_of_the_directory() throws Exception {
        int port = FreePort.next();
        String url = "http://127.0.0.1:" + port;
        Installation installation = new Installation(directory)
                .set("jobrelay.http.port", Integer.toString(port))
                .set("jobrelay.http.token", TOKEN);
        try (JobrelayProcess running = installation.start()) {
            await().atMost(Duration.ofSeconds(60)).until(() -> running.log().contains("page="));

            JobrelayProcess settings = JobrelayProcess.in(directory).run("nodes");
            JobrelayProcess environment = JobrelayProcess.in(elsewhere)
                    .environment(Map.of("JOBRELAY_HTTP_TOKEN", TOKEN))
                    .run("nodes", "--url", url);
            JobrelayProcess nothing = JobrelayProcess.in(elsewhere).run("nodes", "--url", url);

            assertThat(settings.lines()).as(settings.log()).hasSize(2);
            assertThat(environment.lines()).as(environment.log()).hasSize(2);
            assertThat(nothing.status()).isEqualTo(ExitStatus.FAILED);
            assertThat(nothing.log())
                    .isEqualTo(url + ": wants a token; set JOBRELAY_HTTP_TOKEN to its jobrelay.http.token\n");
        }
    }

    @Test
    void a_directory_without_routes_gets_a_hint() throws Exception {
        JobrelayProcess fetch = JobrelayProcess.in(directory).run("fetch", "watches.yaml");

        assertThat(fetch.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(fetch.lines()).isEmpty();
        assertThat(fetch.log())
                .isEqualTo(
                        "there is no routes/ in %s: 'jobrelay init' copies what Jobrelay works with here, or start it in a"
                                        .formatted(directory.toRealPath())
                                + " directory that has it\n");
    }

    @Test
    void a_route_that_nothing_goes_without_is_named_at_the_start() throws Exception {
        Installation installation = new Installation(directory);
        Files.delete(directory.resolve("routes/poll.camel.yaml"));
        Files.delete(directory.resolve("routes/router.camel.yaml"));

        JobrelayProcess run = installation.command().run("run");

        assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(run.log().lines())
                .endsWith(
                        "routes/poll.camel.yaml: no route reads watches:due, so that nothing is polled; 'jobrelay init' puts"
                                + " the file back where it is missing",
                        "routes/router.camel.yaml: no route reads outbox:changes, so that no change goes anywhere;"
                                + " 'jobrelay init' puts the file back where it is missing");
    }

    @Test
    void an_outbox_that_no_route_reads_is_named_at_the_start() throws Exception {
        Installation installation = new Installation(directory);
        Path router = directory.resolve("routes/router.camel.yaml");
        Files.writeString(router, Files.readString(router).replace("outbox:file", "outbox:flie"));

        try (JobrelayProcess running = installation.start()) {
            await().atMost(Duration.ofSeconds(60)).until(() -> running.log().contains("page="));

            assertThat(running.log())
                    .contains("outbox=flie is read by no route")
                    .doesNotContain("outbox=kafka");
        }
    }
}
