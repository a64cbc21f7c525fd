package io.jobrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.docs.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The distribution as {@code mvn package} lays it out in {@code target/jobrelay}, used in an empty directory. */
@Timeout(180)
class DistributionIT {
    private static final String OPTIONAL = "camel-(cli-connector|console|management)-[0-9].*";
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#]+)[^)]*\\)");
    private static final Path HOME = Path.of("target", "jobrelay").toAbsolutePath();

    @TempDir
    private Path directory;

    /** Beside those that a user may add, for Camel's own command line. */
    @Test
    void the_jar_names_every_library_and_no_other() throws IOException {
        try (JarFile jar = new JarFile(HOME.resolve("lib/jobrelay.jar").toFile());
                Stream<Path> libraries = Files.list(HOME.resolve("lib"))) {
            String named = jar.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH);

            assertThat(Stream.of(named.split(" ")).filter(library -> !library.matches(OPTIONAL)))
                    .containsExactlyInAnyOrderElementsOf(libraries
                            .map(library -> library.getFileName().toString())
                            .filter(library -> !library.startsWith("jobrelay."))
                            .toList());
        }
    }

    @Test
    void a_new_directory_is_initialized_and_has_no_problem() throws Exception {
        assertThat(run("init")).isZero();
        assertThat(directory.resolve("routes/router.camel.yaml")).isRegularFile();

        assertThat(run("check")).isZero();
    }

    @Test
    void every_link_in_its_documents_leads_to_something_in_it() {
        List<Path> documents = Documents.filesBelow(HOME, ".md");
        assertThat(documents).contains(HOME.resolve("README.md"), HOME.resolve("docs/operations.md"));
        for (Path document : documents) {
            Matcher link = LINK.matcher(String.join("\n", Documents.prose(document)));
            while (link.find()) {
                assertThat(document.resolveSibling(link.group(1)))
                        .as(document + ": " + link.group())
                        .exists();
            }
        }
    }

    private int run(String... arguments) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Stream.concat(Stream.of(HOME.resolve("bin/jobrelay").toString()), Stream.of(arguments))
                                .toList())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        List<String> said = process.inputReader().lines().toList();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(said).as(String.join(" ", arguments)).noneMatch(line -> line.contains("Exception"));
        return process.exitValue();
    }
}
