package io.jobrelay.cli;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.jobrelay.docs.Documents;
import io.jobrelay.testbed.JobrelayProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The recipes of the cookbook to the letter: its commands and its properties, from the distribution, in an empty directory. */
class CookbookRecipesIT {
    private static final Path COOKBOOK = Path.of("docs/cookbook.md");
    private static final String DISTRIBUTION = "<distribution>";

    @TempDir
    Path home;

    @TempDir
    Path directory;

    @BeforeEach
    void initialize_an_empty_directory() throws Exception {
        Tree.copy(home, "application.properties", "routes", "seeds", "tests", "docs/cookbook");
        assertThat(jobrelay("init").status()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"by-label", "by-state", "by-anomaly", "without-progress"})
    void a_router(String name) throws Exception {
        shell(block("", "/routers/").replace("by-label", name));

        check();
    }

    @Test
    void a_provider() throws Exception {
        shell(block("", "/acme-batch-job/"));
        properties(block("properties", "account.acme"));

        check();
        for (Path shipped : Documents.filesBelow(Path.of("seeds"), "watch.yaml")) {
            Files.delete(directory.resolve(shipped)); // so that this one is played alone
        }
        try (JobrelayProcess sandbox = launch().start("sandbox", "--seconds", "2")) {
            await().atMost(Duration.ofSeconds(90))
                    .failFast(
                            () -> assertThat(sandbox.alive()).as(sandbox.log()).isTrue())
                    .until(() -> sandbox.out().matches("(?s).*acme +nightly/1 +RUNNING.*"));
        }
    }

    @Test
    void the_destinations() throws Exception {
        Path router = directory.resolve("routes/router.camel.yaml");
        Path tests = directory.resolve("tests/router.yaml");
        String step = block("yaml", "outbox:alerts");
        for (Path file : Documents.filesBelow(Path.of("docs/cookbook/destinations"), ".camel.yaml")) {
            String name = file.getFileName().toString().replace(".camel.yaml", "");
            Files.copy(file, directory.resolve("routes/destinations").resolve(file.getFileName()));
            properties(block("properties", "destination." + name + "."));
            Files.writeString(
                    router,
                    Files.readString(router)
                            .replaceFirst(
                                    "(?m)^      steps:\n",
                                    "$0" + step.replace("alerts", name).indent(8)));
            Files.writeString(
                    tests, Files.readString(tests).replace("destinations: [", "destinations: [" + name + ", "));
        }

        check();
    }

    private static String block(String language, String part) {
        return Documents.blocks(COOKBOOK).stream()
                .filter(block ->
                        block.language().equals(language) && block.text().contains(part))
                .map(Documents.Block::text)
                .collect(joining());
    }

    private void properties(String text) throws IOException {
        assertThat(text).isNotEmpty();
        Files.writeString(directory.resolve("application.properties"), "\n" + text, StandardOpenOption.APPEND);
    }

    private void shell(String commands) throws IOException, InterruptedException {
        assertThat(commands).contains(DISTRIBUTION);
        Process process = new ProcessBuilder("sh", "-ec", commands.replace(DISTRIBUTION, home.toString()))
                .directory(directory.toFile())
                .inheritIO()
                .start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(commands).isZero();
    }

    private void check() throws IOException, InterruptedException {
        JobrelayProcess check = jobrelay("check");

        assertThat(check.status()).as(check.lines() + check.log()).isZero();
    }

    private JobrelayProcess jobrelay(String... arguments) throws IOException, InterruptedException {
        return launch().run(arguments);
    }

    private JobrelayProcess.Launch launch() {
        return JobrelayProcess.in(directory)
                .javaOptions(List.of("-Djobrelay.home=" + home))
                .environment(Map.of(
                        "JOBRELAY_HTTP_PORT", "0",
                        "ALERTS_SECRET", "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0",
                        "SLACK_WEBHOOK_URL", "https://chat.example/hook",
                        "MAIL_PASSWORD", "a-password"));
    }
}
