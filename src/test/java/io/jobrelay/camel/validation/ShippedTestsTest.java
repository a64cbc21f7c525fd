package io.jobrelay.camel.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.camel.config.Snapshots;
import io.jobrelay.docs.Documents;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.settings.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The test files that are shipped, with the routes that they are of: the router's, those of the cookbook, that of a provider. */
class ShippedTestsTest {
    private static final String ROUTER = "routes/router.camel.yaml";
    private static final Path SHIPPED = Path.of("tests/router.yaml");
    private static final Path ROUTERS = Path.of("docs/cookbook/routers");
    private static final Path ACME = Path.of("docs/cookbook/acme-batch-job");

    private final ConfigSnapshot shipped = ConfigSnapshot.read();

    @Test
    void the_router_passes_its_tests() {
        assertThat(problems(shipped, SHIPPED)).isEmpty();
    }

    static List<Path> routers() {
        return Documents.filesBelow(ROUTERS, ".camel.yaml");
    }

    @ParameterizedTest
    @MethodSource("routers")
    void a_router_of_the_cookbook_passes_its_own_tests_and_not_those_of_another(Path router) throws IOException {
        ConfigSnapshot snapshot = Snapshots.with(shipped, ROUTER, Files.readString(router));
        String name = router.getFileName().toString().replace(".camel", "");

        assertThat(problems(snapshot, ROUTERS.resolve("tests").resolve(name))).isEmpty();
        assertThat(problems(snapshot, SHIPPED))
                .isNotEmpty()
                .allMatch(problem -> problem.message().startsWith("destinations: must be ["));
    }

    @Test
    void a_provider_of_the_cookbook_passes_its_tests() throws IOException {
        ConfigSnapshot snapshot = shipped;
        for (String ending : List.of(".camel.yaml", ".jq")) {
            for (Path file : Documents.filesBelow(ACME.resolve("routes"), ending)) {
                snapshot = Snapshots.with(snapshot, ACME.relativize(file).toString(), Files.readString(file));
            }
        }
        String account = Documents.blocks(Path.of("docs/cookbook.md")).stream()
                .map(Documents.Block::text)
                .filter(text -> text.startsWith("jobrelay.account.acme."))
                .findFirst()
                .orElseThrow();
        snapshot = Snapshots.with(snapshot, ConfigSnapshot.PROPERTIES, shipped.properties() + "\n" + account);

        assertThat(problems(snapshot, ACME.resolve("tests/acme-batch-job.yaml")))
                .isEmpty();
    }

    private static List<Problem> problems(ConfigSnapshot snapshot, Path file) {
        try (DryRun dryRun = new DryRun(snapshot, Map.of(), new Secrets(), Clock.systemUTC())) {
            assertThat(dryRun.problems()).isEmpty();
            List<TestResult> results = new TestRunner(dryRun).run(file);
            assertThat(results).isNotEmpty().allMatch(TestResult::valid);
            List<Problem> problems = new ArrayList<>();
            results.forEach(result -> problems.addAll(result.problems()));
            return problems;
        }
    }
}
