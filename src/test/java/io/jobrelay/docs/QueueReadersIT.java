package io.jobrelay.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jobrelay.job.Json;
import io.jobrelay.testbed.FreePort;
import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import io.jobrelay.testbed.StubServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The programs of the cookbook read what a running Jobrelay has put into its embedded broker. Python needs Qpid Proton, which
 * {@code .ci/run} installs for Debian's own Python; without it, the test says that it was left out.
 */
@Timeout(120)
class QueueReadersIT {
    private static final Path PROGRAMS = Path.of("docs/cookbook/queue");
    private static final String PYTHON = "/usr/bin/python3";

    @TempDir
    private static Path directory;

    @AutoClose
    private static final StubServer cloud = new StubServer();

    private static final int PORT = FreePort.next();
    private static final String URL = "amqp://127.0.0.1:" + PORT;
    private static final int API = FreePort.next();
    private static JobrelayProcess jobrelay;

    @BeforeAll
    static void start() throws IOException {
        Installation installation = new Installation(directory)
                .set("jobrelay.http.port", String.valueOf(API))
                .set("jobrelay.account.huawei.endpoint", cloud.baseUrl())
                .set("jobrelay.account.huawei.signing", "none")
                .set("jobrelay.destination.file.path", "out/changes.ndjson")
                .set("jobrelay.destination.queue.enabled", "true")
                .set("jobrelay.destination.queue.port", String.valueOf(PORT));
        jobrelay = installation.start();
    }

    @AfterAll
    static void stop() {
        jobrelay.close();
    }

    @Test
    void java_reads_the_queue() throws Exception {
        reads(
                "by-java",
                List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        PROGRAMS.resolve("ReadQueue.java").toString(),
                        URL));
    }

    @Test
    void python_reads_the_queue() throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of(PYTHON))
                        && new ProcessBuilder(PYTHON, "-c", "import proton")
                                        .start()
                                        .waitFor()
                                == 0,
                "left out: read_queue.py of the cookbook, since " + PYTHON + " has no Qpid Proton");

        reads("by-python", List.of(PYTHON, PROGRAMS.resolve("read_queue.py").toString(), URL));
    }

    /** The program gets the end of the job byte for byte as the file has it. */
    private static void reads(String job, List<String> command) throws Exception {
        Path output = directory.resolve(job);
        Path errors = directory.resolve(job + ".errors");
        cloud.job(job, "SUCCEEDED");
        Files.writeString(
                Files.createDirectories(directory.resolve("watches")).resolve(job + ".yaml"), """
                - api: huawei-res-job
                  account: huawei
                  parameters: { project_id: p, job_id: %s }
                """.formatted(job));
        soon().untilAsserted(() -> assertThat(events()).anyMatch(event -> event.contains("/" + job + "\"")));
        soon().until(() -> messages() == 1);
        Process reader = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            soon().untilAsserted(() -> assertThat(Files.readAllLines(output))
                    .as(() -> text(errors))
                    .singleElement()
                    .satisfies(event -> assertThat(event).contains("/" + job + "\""))
                    .isIn(events()));
        } finally {
            reader.destroyForcibly().waitFor();
        }
    }

    /** How many messages wait in the queue, as the API has it. */
    private static int messages() throws IOException {
        URL destinations = URI.create("http://127.0.0.1:%d/api/destinations".formatted(API))
                .toURL();
        return StreamSupport.stream(
                        Json.MAPPER.readTree(destinations).path("destinations").spliterator(), false)
                .filter(destination -> destination.path("name").asText().equals("queue"))
                .findFirst()
                .map(queue -> queue.path("messages").asInt(-1))
                .orElse(-1);
    }

    private static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofSeconds(30)).ignoreException(NoSuchFileException.class);
    }

    private static List<String> events() throws IOException {
        return Files.readAllLines(directory.resolve("out/changes.ndjson"));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
