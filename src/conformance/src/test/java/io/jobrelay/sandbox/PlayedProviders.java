package io.jobrelay.sandbox;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The sandbox plays every provider API, for the vendors' own clients to ask. */
abstract class PlayedProviders {
    private static SandboxProviders providers;
    private static Map<String, String> properties = Map.of();

    @BeforeAll
    static void start() throws IOException {
        providers = SandboxProviders.start(Path.of("../../seeds"), Clock.systemUTC(), Duration.ofMinutes(10), true);
        properties = providers.properties();
    }

    @AfterAll
    static void stop() {
        providers.close();
    }

    /** What the sandbox gives an account, such as its endpoint or a key. */
    static String property(String account, String key) {
        return requireNonNull(properties.get("jobrelay.account." + account + "." + key));
    }
}
