package io.jobrelay.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the cookbook explains stands in files; that they work is for {@code ShippedTestsTest} and {@link CookbookDestinationsIT}. */
class CookbookTest {
    private static final Path COOKBOOK = Path.of("docs/cookbook.md");
    private static final Path FILES = Path.of("docs/cookbook");

    @Test
    void names_each_of_its_files() throws IOException {
        String text = Files.readString(COOKBOOK);
        assertThat(Documents.filesBelow(FILES, ".camel.yaml"))
                .isNotEmpty()
                .allSatisfy(
                        file -> assertThat(text).contains("](" + Path.of("docs").relativize(file) + ")"));
    }
}
