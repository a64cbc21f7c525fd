package io.jobrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.testbed.ClassArchive;
import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real {@code jobrelay run} with Camel's CLI connector beside it, which speaks through files in the home directory. */
class CliConnectorIT {
    private static final Path CONNECTOR = Path.of("target/cli-connector/*").toAbsolutePath();

    @TempDir
    private Path directory;

    private Installation installation;
    private Path files;

    @BeforeEach
    void has_an_installation() throws IOException {
        files = directory.resolve("home/.camel");
        Files.createDirectories(directory.resolve("home"));
        installation = new Installation(directory).set("jobrelay.reload.every", "50ms");
    }

    @Test
    void answers_camels_command_line_over_edits_and_ends_when_it_says_so() throws Exception {
        try (JobrelayProcess jobrelay = start(ClassArchive.classPath() + File.pathSeparator + CONNECTOR)) {
            String pid = Long.toString(jobrelay.pid());
            Path status = files.resolve(pid + "-status.json");
            within().untilAsserted(() -> assertThat(status).content().contains("\"routes\"", "router"));

            Path route = directory.resolve("routes/router.camel.yaml");
            Files.writeString(route, Files.readString(route) + "# edited\n");
            within().untilAsserted(
                            () -> assertThat(jobrelay.log()).contains("file=routes/router.camel.yaml result=LOADED"));

            Files.writeString(files.resolve(pid + "-action.json"), "{\"action\":\"thread-dump\"}");
            Path output = files.resolve(pid + "-output.json");
            within().untilAsserted(() -> assertThat(output).content().contains("threadCount"));

            Files.delete(files.resolve(pid));
            assertThat(jobrelay.awaitEnd(60)).as(jobrelay.log()).isZero();
            assertThat(files).isEmptyDirectory();
        }
    }

    @Test
    void does_nothing_in_the_home_directory_without_the_connector() throws Exception {
        try (JobrelayProcess jobrelay = start(ClassArchive.classPath())) {
            assertThat(jobrelay.alive()).isTrue();
            assertThat(directory.resolve("home")).isEmptyDirectory();
        }
    }

    private JobrelayProcess start(String classPath) throws IOException {
        JobrelayProcess jobrelay = installation.start("-cp", classPath, "-Duser.home=" + directory.resolve("home"));
        within().untilAsserted(() -> assertThat(jobrelay.log()).contains("page="));
        return jobrelay;
    }

    private static ConditionFactory within() {
        return Awaitility.await().atMost(Duration.ofSeconds(60)).ignoreExceptions();
    }
}
