package io.jobrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.testbed.Child;
import io.jobrelay.testbed.ClassArchive;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real {@code jobrelay run} with Camel's CLI connector beside it, which speaks through files in the home directory. */
class CliConnectorTest {
    private static final Path CONNECTOR = Path.of("target/cli-connector/*").toAbsolutePath();

    @TempDir
    private Path directory;

    private final List<Process> started = new ArrayList<>();
    private Path files;

    @BeforeEach
    void has_an_installation() throws IOException {
        files = directory.resolve("home/.camel");
        Files.createDirectories(directory.resolve("home"));
        Tree.copy(directory, "routes", "seeds");
        Tree.write(
                directory.resolve("application.properties"),
                Files.readString(Path.of("application.properties"))
                                .replace("queue.port=61616", "queue.port=")
                                .replace("http.port=8080", "http.port=0")
                                .replace("management.enabled=true", "management.enabled=false")
                        + "jobrelay.reload.every=50ms\n");
    }

    @AfterEach
    void ends() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void answers_camels_command_line_over_edits_and_ends_when_it_says_so() throws Exception {
        Process process = start(ClassArchive.classPath() + File.pathSeparator + CONNECTOR);
        within().untilAsserted(() -> assertThat(file("-status.json")).content().contains("\"routes\"", "router"));

        Path route = directory.resolve("routes/router.camel.yaml");
        Files.writeString(route, Files.readString(route) + "# edited\n");
        within().untilAsserted(() -> assertThat(log()).contains("file=routes/router.camel.yaml result=LOADED"));

        Files.writeString(file("-action.json"), "{\"action\":\"thread-dump\"}");
        within().untilAsserted(() -> assertThat(file("-output.json")).content().contains("threadCount"));

        Files.delete(file(""));
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(log()).isZero();
        assertThat(files).isEmptyDirectory();
    }

    @Test
    void does_nothing_in_the_home_directory_without_the_connector() throws Exception {
        start(ClassArchive.classPath());

        assertThat(directory.resolve("home")).isEmptyDirectory();
    }

    private Process start(String classPath) throws IOException {
        List<String> command =
                Child.command(List.of("-cp", classPath, "-Duser.home=" + directory.resolve("home")), "run");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(directory.resolve("log").toFile())
                .start();
        started.add(process);
        within().untilAsserted(() -> assertThat(log()).contains("page="));
        return process;
    }

    private Path file(String kind) {
        return files.resolve(started.get(0).pid() + kind);
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("log"));
    }

    private static ConditionFactory within() {
        return Awaitility.await().atMost(Duration.ofSeconds(60)).ignoreExceptions();
    }
}
