package io.jobrelay.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.testbed.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder of the cookbook in which users test their routes, copied and run as the cookbook says. */
class RouteTestsIT {
    private static final String FOLDER = "docs/cookbook/route-tests";

    @TempDir
    private Path directory;

    @BeforeEach
    void copies_it_to_where_the_routes_are() throws IOException {
        new Installation(directory).copy(FOLDER);
        Files.move(directory.resolve(FOLDER), directory.resolve("route-tests"));
    }

    @Test
    void passes_with_the_shipped_router() throws Exception {
        assertThat(test()).contains("Tests run: 2, Failures: 0, Errors: 0, Skipped: 0");
    }

    @Test
    void fails_with_a_router_that_does_something_else() throws Exception {
        Path router = directory.resolve("routes/router.camel.yaml");
        Files.writeString(router, Files.readString(router).replace("outbox:webhook", "outbox:mail"));

        assertThat(test())
                .contains("a_job_that_failed_goes_to_the_queue_and_to_the_webhook", "Tests run: 2, Failures: 1");
    }

    private String test() throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process maven = new ProcessBuilder("mvn", "-B", "-f", "route-tests/pom.xml", "test")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(maven.waitFor(5, TimeUnit.MINUTES)).as("ends").isTrue();
            return Files.readString(output);
        } finally {
            maven.destroyForcibly();
        }
    }
}
