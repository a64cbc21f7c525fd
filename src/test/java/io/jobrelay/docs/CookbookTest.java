package io.jobrelay.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** What the cookbook shows stands in files; that they work is for {@code RouterTest}, {@link RouteTestsIT} and {@link CookbookDestinationsIT}. */
class CookbookTest {
    private static final Path COOKBOOK = Path.of("docs/cookbook.md");
    private static final Path FILES = Path.of("docs/cookbook");

    /** A route is shown as it stands in a file, and each file is shown or named. */
    @Test
    void shows_its_files_as_they_are() throws IOException {
        String text = Files.readString(COOKBOOK);
        Set<String> routes = new TreeSet<>();
        for (Path file : Documents.filesBelow(FILES, ".camel.yaml")) {
            assertThat(text).contains("](" + Path.of("docs").relativize(file) + ")");
            routes.add(Files.readString(file));
        }
        assertThat(routes).isNotEmpty();
        assertThat(Documents.blocks(COOKBOOK).stream()
                        .filter(block ->
                                block.language().equals("yaml") && block.text().contains("- route:")))
                .isNotEmpty()
                .allSatisfy(block -> assertThat(routes).contains(block.text()));
    }

    @Test
    void shows_the_test_of_a_router_as_it_stands() throws IOException {
        String test = Files.readString(FILES.resolve("route-tests/src/test/java/RouterTest.java"));
        assertThat(Documents.blocks(COOKBOOK).stream()
                        .filter(block -> block.language().equals("java")))
                .singleElement()
                .satisfies(block -> assertThat(test).contains(block.text()));
    }

    @Test
    void tests_routes_with_the_camel_that_they_run_on() throws IOException {
        assertThat(Files.readString(FILES.resolve("route-tests/pom.xml")))
                .contains("<camel.version>" + new DefaultCamelContext().getVersion() + "</camel.version>");
    }
}
