package io.jobrelay.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jobrelay.job.Json;
import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import io.jobrelay.testbed.StubServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real process whose system clock is set while it runs, by Debian's faketime; skipped where that is not installed. In the
 * long form only, since a Java machine under faketime does not always get through its start. {@code SightIT} sets the
 * clock of the whole line in every build.
 */
@EnabledIfSystemProperty(named = "jobrelay.test.long", matches = "true", disabledReason = "long form only: -Plong")
@Timeout(120)
class SetClockIT {
    @TempDir
    private Path directory;

    @Test
    void a_process_whose_clock_is_put_back_an_hour_goes_on_at_its_pace() throws Exception {
        Optional<Path> library = library();
        assumeTrue(library.isPresent(), "faketime is not installed: apt-get install faketime");
        Path offset = Files.writeString(directory.resolve("offset"), "+0\n");
        try (StubServer cloud = new StubServer()) {
            Installation installation = new Installation(directory)
                    .set("jobrelay.account.cloud.endpoint", cloud.baseUrl())
                    .set("jobrelay.account.cloud.signing", "none")
                    .set("jobrelay.destination.file.path", "out/changes.ndjson")
                    .write("watches/a.yaml", Line.item("a", "1s..1s"));
            Map<String, String> faked = Map.of(
                    "LD_PRELOAD",
                    library.orElseThrow().toString(),
                    "FAKETIME_TIMESTAMP_FILE",
                    offset.toString(),
                    "FAKETIME_CACHE_DURATION",
                    "1",
                    "FAKETIME_DONT_FAKE_MONOTONIC",
                    "1",
                    // Without this, timed waits of Java may never end.
                    "FAKETIME_FORCE_MONOTONIC_FIX",
                    "0");
            try (JobrelayProcess child =
                    installation.command().environment(faked).start("run")) {
                soon().until(() -> cloud.asked("a") > 2);
                Files.writeString(offset, "-1h\n");
                soon().until(() -> child.log().contains("the system clock was put back by 1h"));
                long asked = cloud.asked("a");
                soon().until(() -> cloud.asked("a") > asked + 3);
                cloud.job("a", "SUCCEEDED");
                soon().until(() -> events().size() == 2);

                Instant told = Instant.parse(
                        Json.MAPPER.readTree(events().get(1)).path("time").asText());
                assertThat(Duration.between(told, Clock.systemUTC().instant()))
                        .isBetween(Duration.ofMinutes(59), Duration.ofMinutes(61));
                assertThat(child.stop()).isZero();
                assertThat(child.log()).doesNotContain("is stale");
            }
        }
    }

    private List<String> events() throws IOException {
        Path file = directory.resolve("out/changes.ndjson");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private static Optional<Path> library() throws IOException {
        Path libraries = Path.of("/usr/lib");
        if (!Files.isDirectory(libraries)) {
            return Optional.empty();
        }
        try (Stream<Path> architectures = Files.list(libraries)) {
            return architectures
                    .map(architecture -> architecture.resolve("faketime/libfaketimeMT.so.1"))
                    .filter(Files::isRegularFile)
                    .findFirst();
        }
    }

    private static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50));
    }
}
