package io.jobrelay.camel.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.camel.config.Snapshots;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.settings.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class DryRunTest {
    private static final String ROUTER = "routes/router.camel.yaml";
    private final ConfigSnapshot shipped = ConfigSnapshot.read();

    @Test
    void tries_what_it_is_given_and_not_what_is_on_the_disk() {
        assertThat(problems(shipped)).isEmpty();
        assertThat(problems(with(ROUTER, text(ROUTER).replace("outbox:file", "outbocks:file"))))
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.toString()).startsWith(ROUTER + ":").contains("outbocks"));
        assertThat(problems(with("routes/providers/huawei-res-job.jq", "((")))
                .extracting(Problem::file)
                .containsOnly("routes/providers/huawei-res-job.jq", "routes/providers/huawei-res-job.camel.yaml");
        assertThat(problems(with(ROUTER, "? {a: b}\n: c\n")))
                .isNotEmpty()
                .allMatch(problem -> problem.file().equals(ROUTER));
        assertThat(problems(with(ROUTER, text(ROUTER).replace("id: router", "id: 0x99z\n    autoStartup: 0o9"))))
                .isNotEmpty();
        assertThat(problems(with(ConfigSnapshot.PROPERTIES, "jobrelay.nothing=1\n")))
                .extracting(Problem::file)
                .containsExactly(ConfigSnapshot.PROPERTIES);
    }

    @Test
    void names_the_route_that_a_route_of_a_template_lacks() {
        String octopus = "routes/providers/huawei-octopus-system-jobs.camel.yaml";

        assertThat(problems(with(
                        octopus,
                        text(octopus).replace("ask, value: huawei-octopus-system-jobs-pages", "ask, value: pages"))))
                .extracting(Problem::toString)
                .containsExactly(octopus + ":11: direct:pages: no route has this id");
    }

    @Test
    void leaves_no_thread_and_no_file_open() throws IOException {
        problems(shipped);
        int threads = threads();
        long files = openFiles();
        for (int i = 0; i < 3; i++) {
            problems(with(ROUTER, text(ROUTER) + "# " + i));
        }

        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> threads() <= threads);
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> openFiles() <= files);
    }

    private static int threads() {
        // The thread that waits is not counted.
        return (int) Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.getName().startsWith("awaitility"))
                .count();
    }

    private static long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    private String text(String file) {
        return shipped.text(file).orElseThrow();
    }

    private ConfigSnapshot with(String file, String text) {
        return Snapshots.with(shipped, file, text);
    }

    private static List<Problem> problems(ConfigSnapshot snapshot) {
        return DryRun.of(snapshot, Map.of(), new Secrets(), Clock.systemUTC()).problems();
    }
}
