package io.jobrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.Json;
import io.jobrelay.testbed.JobrelayProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code init} and the examples, as a newcomer in an empty directory uses them. */
class InitCommandIT {
    private static final Path EXAMPLES = Path.of("src/main/assembly/examples");
    private static final String WATCHES = "jobrelay.watches=watches/*.yaml\n";

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

    /** All in one directory: each has the account of one provider, and what comes after it is the same in all. */
    @Test
    void the_examples_have_no_problem_and_lack_but_the_keys() throws Exception {
        List<String> names = names(EXAMPLES);
        assertThat(names)
                .isEqualTo(names(Path.of("seeds")).stream()
                        .filter(api -> !Files.exists(Path.of("seeds", api, "account.properties")))
                        .toList());
        assertThat(jobrelay("init", "--example", names.get(0)).status()).isZero();
        assertThat(directory.resolve("seeds")).doesNotExist();
        StringBuilder accounts = new StringBuilder(WATCHES);
        Set<String> rest = new HashSet<>();
        for (String name : names) {
            String properties = Files.readString(EXAMPLES.resolve(name).resolve("application.properties"));
            int end = properties.indexOf("# How many polls");
            accounts.append(properties.substring(0, end).replace(WATCHES, ""));
            rest.add(properties.substring(end));
            try (Stream<Path> watches = Files.list(EXAMPLES.resolve(name).resolve("watches"))) {
                for (Path watch : watches.toList()) {
                    Tree.write(directory.resolve("watches").resolve(watch.getFileName()), Files.readString(watch));
                }
            }
        }
        assertThat(rest).hasSize(1);
        Files.writeString(directory.resolve("application.properties"), accounts + String.join("", rest));

        JobrelayProcess check = jobrelay("check");

        assertThat(check.status()).as(check.lines() + check.log()).isZero();
        assertThat(check.log()).endsWith("0 problems, 5 warnings\n");
        assertThat(check.lines()).hasSize(5).allMatch(line -> line.contains(": warning: jobrelay.account."));
    }

    /** As it is written it is checked and played. */
    @Test
    void a_new_provider_has_no_problem_and_is_played() throws Exception {
        JobrelayProcess nothing = jobrelay("init", "--provider", "acme-job");
        assertThat(nothing.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(nothing.log()).startsWith("there is no routes/templates in ");
        JobrelayProcess untested = jobrelay("test");
        assertThat(untested.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(untested.log()).startsWith("tests/: has no test file: ");
        assertThat(jobrelay("init").status()).isZero();

        JobrelayProcess init = jobrelay("init", "--provider", "acme-job");

        assertThat(init.status()).isZero();
        assertThat(init.log()).startsWith("11 files written to ").contains("seeds/acme-job/replies/");
        JobrelayProcess check = jobrelay("check");
        assertThat(check.status()).as(check.lines() + check.log()).isZero();
        assertThat(jobrelay("test").lines()).contains("PASSED tests/acme-job.yaml:1: a job is asked for by its id");
        assertThat(check.log()).endsWith("0 problems, 1 warning\n");
        Path reply = directory.resolve("seeds/acme-job/replies/02-done.json");
        JobrelayProcess record = jobrelay("record", reply.toString());
        assertThat(Json.MAPPER.readTree(record.out()))
                .isEqualTo(Json.MAPPER.readTree(
                        directory.resolve("seeds/acme-job/records/02-done.json").toFile()));
        JobrelayProcess sandbox = jobrelay("sandbox", "--seconds", "2");
        assertThat(sandbox.out())
                .containsPattern("(?m)^acme +http://127.0.0.1:\\d+  acme-job$")
                .containsPattern("acme +job-1 +RUNNING +-> SUCCEEDED");

        Files.writeString(reply, "{}");
        assertThat(jobrelay("init", "--provider", "acme-job").log()).startsWith("0 files written to ");
        assertThat(reply).hasContent("{}");
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> folders = Files.list(directory)) {
            return folders.map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    private JobrelayProcess jobrelay(String... arguments) throws IOException, InterruptedException {
        return JobrelayProcess.in(directory)
                .javaOptions(List.of("-Djobrelay.home=" + home))
                .environment(Map.of("JOBRELAY_HTTP_PORT", "0"))
                .run(arguments);
    }
}
