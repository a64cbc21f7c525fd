package io.jobrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code init} into a directory that is named. */
class InitCommandTest {
    private static final Path EXAMPLES = Path.of("src/main/assembly/examples");

    @TempDir
    Path home;

    @TempDir
    Path directory;

    /** As the distribution has it. */
    @BeforeEach
    void unpack() throws IOException {
        Tree.copy(home, "application.properties", "routes", "seeds", "tests");
        Tree.copy(home, EXAMPLES.toString());
        Files.move(home.resolve(EXAMPLES), home.resolve("examples"));
    }

    @Test
    void everything_is_copied_and_nothing_is_overwritten() throws Exception {
        Files.writeString(directory.resolve("application.properties"), "# Mine.\n");

        CommandRun init = jobrelay("init", directory.toString());

        assertThat(init.status()).as(init.err()).isZero();
        assertThat(init.lines()).isEmpty();
        assertThat(init.err()).matches("\\d+ files copied to " + directory.toRealPath() + "\nNext: 'jobrelay' .*\n");
        assertThat(directory.resolve("application.properties")).hasContent("# Mine.\n");
        assertThat(Tree.list(directory.resolve("routes"))).isEqualTo(Tree.list(Path.of("routes")));
        assertThat(Tree.list(directory.resolve("seeds"))).isEqualTo(Tree.list(Path.of("seeds")));
        assertThat(Tree.list(directory.resolve("tests"))).isEqualTo(Tree.list(Path.of("tests")));
        assertThat(jobrelay("init", directory.toString()).err()).startsWith("0 files copied to ");
    }

    @Test
    void a_provider_api_that_is_there_comes_with_its_account_and_a_watch() throws Exception {
        CommandRun init = jobrelay("init", directory.toString(), "--provider", "alibaba-pai-dlc-job");

        assertThat(init.status()).as(init.err()).isZero();
        assertThat(init.err()).contains("files written to", "watches/alibaba-pai-dlc-job.yaml");
        Path properties = directory.resolve("application.properties");
        assertThat(properties)
                .content()
                .contains("jobrelay.account.alibaba-dlc.endpoint=", "jobrelay.destination.file.path=")
                .doesNotContain("jobrelay.account.huawei.");
        assertThat(directory.resolve("watches/alibaba-pai-dlc-job.yaml"))
                .content()
                .contains("account: alibaba-dlc");
        assertThat(directory.resolve("seeds")).isDirectoryContaining("glob:**/alibaba-pai-dlc-job");

        jobrelay("init", directory.toString(), "--provider", "modelarts-training-job");
        jobrelay("init", directory.toString(), "--provider", "modelarts-dataset-import");

        assertThat(Files.readAllLines(properties))
                .filteredOn(line -> line.matches("jobrelay\\.account\\.[a-z-]+\\.endpoint=.*"))
                .containsExactly(
                        "jobrelay.account.alibaba-dlc.endpoint=https://pai-dlc.cn-hangzhou.aliyuncs.com",
                        "jobrelay.account.modelarts.endpoint=https://modelarts.cn-north-4.myhuaweicloud.com");
    }

    @Test
    void an_example_that_is_not_there_and_a_directory_that_is_none_are_told() throws Exception {
        assertThat(jobrelay("init", "--example", "huawei").err())
                .isEqualTo("--example: must be one of alibaba-pai-dataset-job, baidu-qianfan-import-task,"
                        + " huawei-octopus-system-jobs, huawei-res-job, otc-modelarts-dataset-sync, was 'huawei'\n");
        assertThat(jobrelay("init", home.toString()).err()).startsWith("this is where Jobrelay itself is: ");
        Files.writeString(directory.resolve("file"), "");
        CommandRun init = jobrelay("init", directory.resolve("file").toString());
        assertThat(init.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(init.err()).endsWith("file: is a file, and has to be a directory\n");
    }

    private CommandRun jobrelay(String... arguments) {
        return CommandRun.of(Map.of(InitCommand.HOME, home.toString()), arguments);
    }
}
