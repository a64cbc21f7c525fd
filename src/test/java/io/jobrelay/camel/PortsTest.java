package io.jobrelay.camel;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jobrelay.settings.PortInUseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What Jobrelay listens at is there for it, or it does not start. */
@Timeout(120)
class PortsTest {
    private static final String ADVICE =
            " (Address already in use); stop the program that listens there, or set another port";

    @TempDir
    private Path directory;

    private final Map<String, String> properties = new HashMap<>();

    @BeforeEach
    void everything_in_a_directory_of_its_own() {
        properties.put("jobrelay.watches", directory.resolve("*.yaml").toString());
        properties.put("jobrelay.ledger.url", "jdbc:sqlite:" + ledger());
        properties.put(
                "jobrelay.destination.file.path",
                directory.resolve("changes.ndjson").toString());
        properties.put("jobrelay.destination.queue.enabled", "true");
        properties.put("jobrelay.destination.webhook.enabled", "false");
    }

    private Path ledger() {
        return directory.resolve("data/ledger.db");
    }

    private static ServerSocket listen(int port) {
        try {
            return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void ports(int api, int management, int broker) {
        properties.put("jobrelay.http.port", String.valueOf(api));
        properties.put("camel.management.port", String.valueOf(management));
        properties.put("jobrelay.destination.queue.port", String.valueOf(broker));
    }

    private void start(LongSupplier nanoTime) {
        Relay.start(Relay.Scope.EVERYTHING, properties, Clock.systemUTC(), nanoTime, change -> {})
                .close();
    }

    @Test
    void every_one_that_is_taken_is_named_and_nothing_starts() throws IOException {
        try (ServerSocket api = listen(0);
                ServerSocket management = listen(0);
                ServerSocket broker = listen(0)) {
            ports(api.getLocalPort(), management.getLocalPort(), broker.getLocalPort());

            assertThatExceptionOfType(PortInUseException.class)
                    .isThrownBy(() -> start(System::nanoTime))
                    .satisfies(e -> assertThat(String.valueOf(e.getMessage()).lines())
                            .containsExactly(
                                    "camel.management.port: cannot listen at 127.0.0.1:" + management.getLocalPort()
                                            + ADVICE,
                                    "jobrelay.http.port: cannot listen at 127.0.0.1:" + api.getLocalPort() + ADVICE,
                                    "jobrelay.destination.queue.port: cannot listen at 127.0.0.1:"
                                            + broker.getLocalPort() + ADVICE));
        }
        assertThat(ledger()).doesNotExist();
    }

    @Test
    void one_that_two_are_to_share_is_named() throws IOException {
        int free;
        try (ServerSocket socket = listen(0)) {
            free = socket.getLocalPort();
        }
        ports(free, free, free);

        assertThatExceptionOfType(PortInUseException.class)
                .isThrownBy(() -> start(System::nanoTime))
                .withMessageContaining("jobrelay.http.port: cannot listen at 127.0.0.1:" + free)
                .withMessageContaining("jobrelay.destination.queue.port: cannot listen at 127.0.0.1:" + free);
    }

    @Test
    void what_is_switched_off_needs_none() throws IOException {
        try (ServerSocket taken = listen(0)) {
            ports(taken.getLocalPort(), taken.getLocalPort(), taken.getLocalPort());
            properties.put("jobrelay.http.enabled", "false");
            properties.put("camel.management.enabled", "false");
            properties.put("jobrelay.destination.queue.enabled", "false");

            start(System::nanoTime);
        }
        assertThat(ledger()).exists();
    }

    /** The clock is first asked after the ports have been found free, and before Camel listens. */
    @Test
    void a_management_port_that_another_takes_meanwhile_is_named_too() throws IOException {
        int free;
        try (ServerSocket socket = listen(0)) {
            free = socket.getLocalPort();
        }
        ports(0, free, 0);
        properties.put("jobrelay.destination.queue.port", "");
        AtomicReference<ServerSocket> taken = new AtomicReference<>();

        assertThatExceptionOfType(PortInUseException.class)
                .isThrownBy(() -> start(() -> {
                    taken.updateAndGet(socket -> socket == null ? listen(free) : socket);
                    return System.nanoTime();
                }))
                .withMessage("camel.management.port: cannot listen at 127.0.0.1:" + free + ADVICE);
        requireNonNull(taken.get()).close();
    }
}
