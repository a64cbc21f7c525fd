package io.jobrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.jobrelay.camel.Relay;
import io.jobrelay.settings.Settings.HttpSettings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a signal waits for, and the exit status that it ends the process with. */
@Timeout(60)
class RunningTest {
    private static final int STILL_WAITING = -1;

    private final AtomicInteger status = new AtomicInteger(STILL_WAITING);

    @TempDir
    private Path directory;

    private Relay relay;
    private Running running;

    @BeforeEach
    void run() {
        relay = Relay.start(
                Relay.Scope.POLLING,
                Map.of(
                        "jobrelay.ledger.url",
                        "jdbc:sqlite:" + directory.resolve("ledger.db"),
                        "jobrelay.watches",
                        directory.resolve("*.yaml").toString()),
                Clock.systemUTC(),
                change -> {});
        running = new Running(relay);
        running.serve(new HttpSettings(true, "127.0.0.1", 0, null, List.of()));
    }

    private void signal() throws InterruptedException {
        Thread signal = new Thread(() -> running.stopAndWait(status::set));
        signal.setDaemon(true);
        signal.start();
        running.untilStopped();
    }

    @Test
    void a_signal_ends_a_run_once_it_has_stopped() throws Exception {
        signal();
        assertThat(status).hasValue(STILL_WAITING);

        running.close();

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(status).hasValue(ExitStatus.OK));
    }

    @Test
    void a_signal_does_not_wait_for_ever_for_what_cannot_be_closed() throws Exception {
        signal();

        Thread.currentThread().interrupt(); // the API gives up waiting for its server
        assertThatThrownBy(running::close).hasMessage("interrupted");
        Thread.interrupted();

        assertThat(relay.stopped()).isTrue();
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(status).hasValue(ExitStatus.FAILED));
    }
}
