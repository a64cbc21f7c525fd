package io.jobrelay.durability;

import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static io.jobrelay.testbed.StubServer.running;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.jobrelay.camel.config.ContextSettings;
import io.jobrelay.testbed.FreePort;
import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import io.jobrelay.testbed.MountedDisk;
import io.jobrelay.testbed.StubServer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The whole line while its ledger is in trouble. */
@Timeout(120)
class LedgerTroubleLineIT {
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @TempDir
    private Path directory;

    @RegisterExtension
    static final StubServer cloud = new StubServer();

    private int port;

    @BeforeEach
    void is_listened_to() throws IOException {
        port = FreePort.next();
        log.start();
        root().addAppender(log);
    }

    @AfterEach
    void is_taken_down() {
        root().detachAppender(log);
    }

    @Test
    void waits_out_a_full_disk_and_delivers_then() throws Exception {
        try (MountedDisk disk = MountedDisk.mount(directory.resolve("small"), 8);
                Line line = line(disk.directory().resolve("ledger.db"))) {
            line.watch("a", "b");
            line.start();
            soon(() -> line.changes().size() == 2);
            assertThat(health()).startsWith("200").contains("\"UP\"");

            disk.fill();
            soon(() -> health().startsWith("503"));
            cloud.job("a", "SUCCEEDED");
            cloud.job("b", "FAILED");
            await().during(2, TimeUnit.SECONDS) // twenty claims that all fail
                    .atMost(30, TimeUnit.SECONDS)
                    .until(() -> health().startsWith("503") && line.changes().size() == 2);
            assertThat(health()).contains("is on a disk that is full", "free some space");
            assertThat(health("/live")).startsWith("200");
            assertThat(health("/ready")).startsWith("503");
            assertThat(line.changes()).hasSize(2);
            assertThat(cloud.hooks()).isEmpty();
            assertThat(List.copyOf(log.list).stream()
                            .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                            .map(ILoggingEvent::getFormattedMessage)
                            .filter(message -> message.contains("disk that is full")))
                    .as("polls that were under way, and the ledger itself")
                    .hasSizeBetween(1, 6)
                    .filteredOn(message -> message.contains("until then it is tried again, and nothing is lost"))
                    .hasSize(1);

            disk.free();

            soon(() -> line.changes().size() == 4 && cloud.hooks().size() == 1);
            soon(() -> health().startsWith("200"));
            assertThat(List.copyOf(log.list)).noneMatch(event -> event.getThrowableProxy() != null);
        }
    }

    /** Not only when the claim has run out, which is minutes later. */
    @Test
    void sends_again_what_it_could_not_note_as_sent_once_there_is_room() throws Exception {
        try (MountedDisk disk = MountedDisk.mount(directory.resolve("small"), 8);
                Line line = line(disk.directory().resolve("ledger.db"))) {
            cloud.replies(event -> {
                if (event.getRequest().getUrl().equals("/hook") && cloud.hooks().isEmpty()) {
                    disk.fill();
                    soon(() -> health().startsWith("503"));
                }
                return event.getResponseDefinition();
            });
            cloud.job("a", "FAILED");
            line.watch("a", "b");
            line.start();
            soon(() -> List.copyOf(log.list).stream()
                    .map(ILoggingEvent::getFormattedMessage)
                    .anyMatch(message -> message.startsWith("destination=webhook")
                            && message.contains("could not be settled, is sent again")));
            assertThat(cloud.hooks()).hasSize(1);

            disk.free();

            soon(() -> cloud.hooks().size() == 2);
            assertThat(cloud.hooks())
                    .extracting(received -> received.getHeader("webhook-id"))
                    .containsOnly(cloud.hooks().get(0).getHeader("webhook-id"));
        }
    }

    /** Not only when the claim has run out, which is a quarter of an hour later. */
    @Test
    void asks_again_where_it_could_not_note_that_a_poll_failed_once_there_is_room() throws Exception {
        try (MountedDisk disk = MountedDisk.mount(directory.resolve("small"), 8);
                Line line = line(disk.directory().resolve("ledger.db"))) {
            cloud.jobs(status(503));
            AtomicBoolean full = new AtomicBoolean();
            cloud.replies(event -> {
                if (!full.getAndSet(true)) {
                    disk.fill();
                    soon(() -> health().startsWith("503"));
                }
                return event.getResponseDefinition();
            });
            line.watch("a", "b");
            line.start();
            soon(() -> List.copyOf(log.list).stream()
                    .map(ILoggingEvent::getFormattedMessage)
                    .anyMatch(message -> message.contains("the result could not be committed")));

            disk.free();
            cloud.jobs(running());

            soon(() -> Stream.of("/p/a\"", "/p/b\"")
                    .allMatch(job -> line.file().stream().anyMatch(event -> event.contains(job))));
        }
    }

    @Test
    void says_that_it_is_damaged_and_takes_nothing_more() throws Exception {
        Path file = directory.resolve("data/ledger.db");
        try (Line line = line(file)) {
            line.watch("a");
            line.start();
            soon(() -> line.changes().size() == 1);
            line.stop();
            line.start();
            try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
                bytes.seek(4096);
                bytes.write(new byte[(int) bytes.length() - 4096]);
            }
            Files.write(file.resolveSibling("ledger.db-wal"), new byte[0]);
            cloud.job("a", "SUCCEEDED");

            soon(() -> health().startsWith("503"));
            assertThat(health()).contains("is damaged").contains("restore a backup");
            assertThat(line.changes()).hasSize(1);
        }
    }

    /** As a user sees it: one line that says what to do, no stack, and the files as they were. */
    @Test
    void a_damaged_ledger_ends_the_start_with_one_line() throws Exception {
        Installation installation = new Installation(directory).write("data/ledger.db", "no ledger");
        Path file = installation.ledgerFile();
        JobrelayProcess child = installation.command().run("run");

        assertThat(child.status()).isEqualTo(1);
        assertThat(child.log().strip())
                .startsWith("jobrelay.ledger.url: " + file.toRealPath() + " is damaged, or is no ledger at all")
                .contains("restore a backup")
                .doesNotContain("\n");
        assertThat(file).hasContent("no ledger");
    }

    private Line line(Path ledger) throws IOException {
        return new Line(directory, cloud.baseUrl(), cloud.hookUrl())
                .set("jobrelay.ledger.url", "jdbc:sqlite:" + ledger)
                .set("jobrelay.destination.queue.enabled", "false")
                .set(ContextSettings.MANAGEMENT, "true")
                .set("camel.management.port", Integer.toString(port));
    }

    private String health() {
        return health("");
    }

    private String health(String which) {
        try {
            HttpResponse<String> reply = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(
                                            "http://127.0.0.1:" + port + "/observe/health" + which + "?data=true"))
                                    .timeout(Duration.ofSeconds(20))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            return reply.statusCode() + " " + reply.body();
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void soon(java.util.concurrent.Callable<Boolean> condition) {
        await().atMost(30, TimeUnit.SECONDS).until(condition);
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }
}
