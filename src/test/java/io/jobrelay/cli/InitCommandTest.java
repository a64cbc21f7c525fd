package io.jobrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code init} and the examples, as a newcomer in an empty directory uses them. */
class InitCommandTest {
    private static final Path EXAMPLES = Path.of("src/main/assembly/examples");

    @TempDir
    Path home;

    @TempDir
    Path directory;

    /** As the distribution has it. */
    @BeforeEach
    void unpack() throws IOException {
        Tree.copy(home, "application.properties", "routes", "seeds");
        Tree.copy(home, EXAMPLES.toString());
        Files.move(home.resolve(EXAMPLES), home.resolve("examples"));
    }

    @Test
    void everything_is_copied_and_nothing_is_overwritten() throws Exception {
        Files.writeString(directory.resolve("application.properties"), "# Mine.\n");

        Program init = jobrelay("init");

        assertThat(init.status()).as(init.err()).isZero();
        assertThat(init.out()).isEmpty();
        assertThat(init.err()).matches("\\d+ files copied to " + directory.toRealPath() + "\n");
        assertThat(directory.resolve("application.properties")).hasContent("# Mine.\n");
        assertThat(Tree.list(directory.resolve("routes"))).isEqualTo(Tree.list(Path.of("routes")));
        assertThat(Tree.list(directory.resolve("seeds"))).isEqualTo(Tree.list(Path.of("seeds")));
        assertThat(jobrelay("init", ".").err()).startsWith("0 files copied to ");
    }

    @Test
    void an_example_that_is_not_there_and_a_directory_that_is_none_are_told() throws Exception {
        assertThat(jobrelay("init", "--example", "huawei").err())
                .isEqualTo("--example: must be one of alibaba-pai-dataset-job, baidu-qianfan-import-task,"
                        + " huawei-octopus-system-jobs, huawei-res-job, otc-modelarts-dataset-sync, was 'huawei'\n");
        assertThat(jobrelay("init", home.toString()).err()).startsWith("this is where Jobrelay itself is: ");
        Files.writeString(directory.resolve("file"), "");
        Program init = jobrelay("init", "file");
        assertThat(init.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(init.err()).endsWith("file: is a file, and has to be a directory\n");
    }

    static List<String> examples() throws IOException {
        try (Stream<Path> folders = Files.list(Path.of("seeds"))) {
            return folders.map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void an_example_has_no_problem_and_lacks_but_the_keys(String example) throws Exception {
        assertThat(jobrelay("init", "--example", example).status()).isZero();

        Program check = jobrelay("check", "--explain");

        assertThat(check.status()).as(check.out() + check.err()).isZero();
        assertThat(check.err()).endsWith("0 problems, 1 warning\n");
        assertThat(check.out())
                .anyMatch(line -> line.startsWith("watches/")
                        && line.endsWith(":2: " + example + ", account " + line.substring(line.lastIndexOf(' ') + 1)));
        assertThat(check.out()).anyMatch(line -> line.matches("  (GET|POST) https://.*"));
    }

    private Program jobrelay(String... arguments) throws IOException, InterruptedException {
        return Program.run(directory, Map.of("JAVA_TOOL_OPTIONS", "-Djobrelay.home=" + home), arguments);
    }
}
