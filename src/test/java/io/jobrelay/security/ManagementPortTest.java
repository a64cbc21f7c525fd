package io.jobrelay.security;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobrelay.camel.Relay;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The management port is refused where it would let in more than a question for health. */
class ManagementPortTest {
    @TempDir
    private Path directory;

    @Test
    void is_not_opened_beyond_this_machine() {
        assertRefused("camel.management.host", "0.0.0.0", "must be 127.0.0.1, was '0.0.0.0'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"upload", "download", "send", "jolokia", "dev-console", "info"})
    void has_no_door_into_the_program(String door) {
        assertRefused("camel.management." + door + "-enabled", "true", "must be false, was true");
    }

    private void assertRefused(String property, String value, String reason) {
        Map<String, String> properties = new HashMap<>(Map.of(
                "jobrelay.ledger.url", "jdbc:sqlite:" + directory.resolve("ledger.db"),
                "jobrelay.destination.queue.enabled", "false",
                "camel.management.enabled", "true"));
        properties.put(property, value);

        assertThatThrownBy(() -> Relay.start(Relay.Scope.EVERYTHING, properties, Clock.systemUTC(), change -> {}))
                .hasMessageContaining(property + ": " + reason);
    }
}
