package io.jobrelay.watch;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.account.Account;
import io.jobrelay.account.Signing;
import io.jobrelay.secrets.Secrets;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WatchFileTest {
    @TempDir
    private Path directory;

    private WatchFile reader;

    @BeforeEach
    void knows_two_apis_and_two_accounts() {
        ProviderApi job = api("acme-job", "project_id, job_id", false);
        ProviderApi list = api("acme-jobs", "project_id", true);
        Map<String, ProviderApi> apis = Map.of(job.getName(), job, list.getName(), list);
        Secrets secrets = new Secrets();
        secrets.add("hush-hush");
        reader = new WatchFile(new WatchReader(
                () -> apis, () -> Map.of("acme", account("acme"), "second", account("second")), secrets));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ project_id: p, job_id: hush-hush }|{ team: recsys }",
                "{ project_id: p, job_id: j }|{ team: is hush-hush }",
                "{ project_id: p, hush-hush: j }|{ team: recsys }",
            })
    void refuses_a_watch_with_a_secret_in_it_and_does_not_repeat_it(String parameters, String labels)
            throws IOException {
        WatchFile.Content content =
                read("- { api: acme-job, account: acme, parameters: %s, labels: %s }".formatted(parameters, labels));

        assertThat(content.entries()).isEmpty();
        assertThat(content.problems())
                .hasSize(1)
                .allSatisfy(problem -> assertThat(problem.toString())
                        .contains("must not have a secret in it")
                        .doesNotContain("hush"));
    }

    @Test
    void refuses_an_account_that_signs_for_a_service_where_the_api_names_none() throws IOException {
        Account aws = new Account(
                "aws",
                URI.create("https://batch.eu-central-1.amazonaws.com"),
                Signing.AWS_SIGV4,
                Map.of("access-key", "a", "secret-key", "s", "region", "eu-central-1"),
                1,
                null,
                false);
        ProviderApi batch = api("aws-batch-job", "jobId", false);
        batch.setService("batch");
        reader = new WatchFile(new WatchReader(
                () -> Map.of("acme-job", api("acme-job", "jobId", false), "aws-batch-job", batch),
                () -> Map.of("aws", aws),
                new Secrets()));

        assertThat(problems(read("""
                - { api: aws-batch-job, account: aws, parameters: { jobId: j } }
                - { api: acme-job, account: aws, parameters: { jobId: j } }
                """)))
                .singleElement()
                .asString()
                .startsWith("watches.yaml:2:")
                .endsWith("account: must not sign with aws-sigv4: the provider file of acme-job names no service");
    }

    @Test
    void reads_all_that_a_watch_may_say() throws IOException {
        WatchFile.Content content = read("""
                # a comment
                - api: acme-job
                  account: acme
                  parameters: { project_id: p, job_id: 17 }
                  every: 5s..5m
                  labels: { team: recsys, cost-centre: 4711 }
                  progress: true
                  stuckAfter: 2h

                - api: acme-jobs
                  account: second
                  parameters:
                    project_id: p
                    states: [A, b]
                """);

        assertThat(content.problems()).isEmpty();
        assertThat(content.readable()).isTrue();
        assertThat(content.entries())
                .containsExactly(
                        new WatchFile.Entry(
                                new Watch(
                                        "acme-job",
                                        "acme",
                                        Map.of("project_id", "p", "job_id", "17"),
                                        Pace.parse("5s..5m"),
                                        Map.of("team", "recsys", "cost-centre", "4711"),
                                        true,
                                        Duration.ofHours(2),
                                        false),
                                2),
                        new WatchFile.Entry(
                                new Watch(
                                        "acme-jobs",
                                        "second",
                                        Map.of("project_id", "p", "states", List.of("A", "b")),
                                        Pace.DEFAULT,
                                        Map.of(),
                                        false,
                                        null,
                                        true),
                                10));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "api: acme-jop | api: must be one of acme-job, acme-jobs, was 'acme-jop'; did you mean 'acme-job'?",
                "api: | api: required, one of acme-job, acme-jobs",
                "account: acne | account: must be one of acme, second, was 'acne'; did you mean 'acme'?",
                "account: 7 | account: must be one of acme, second, was '7'",
                "account: [a] | account: required, one of acme, second",
                "parameters: { job_id: j } | parameters.project_id: required by acme-job, is missing",
                "parameters: { project_id: p, job_id: '' } | parameters.job_id: must be a text, a number or a list of these"
                        + " and not empty, was \"\"",
                "parameters: { project_id: p, job_id: .. } | parameters.job_id: must not be a dot segment, which a server takes"
                        + " out of the path, was '..'; write the id that the provider shows",
                "parameters: { project_id: p, jobid: j } | parameters.jobid: unknown to acme-job, which takes [job_id,"
                        + " project_id, states]; did you mean 'job_id'?~parameters.job_id: required by acme-job, is missing",
                "parameters: [p, j] | parameters: must be an object of names and values, was [\"p\",\"j\"]",
                "every: soon | every: must be a whole number and a unit of ms, s, m, h or d, such as 30s, was \"soon\"",
                "every: 5m..5s | every: must be a shortest time above 0 and a longest time not below it, as in 5s..5m, was"
                        + " 5m..5s",
                "evry: 5s | evry: unknown member of a watch; did you mean 'every'?",
                "labels: recsys | labels: must be an object of names and texts, was \"recsys\"",
                "labels: { team: [a] } | labels.team: must be a text and not empty, was [\"a\"]",
                "stuckAfter: long | stuckAfter: must be a whole number and a unit of ms, s, m, h or d, such as 30s, was \"long\"",
                "stuckAfter: 0s | stuckAfter: must be above 0, was 0s",
                "stuckAfter: [2h] | stuckAfter: must be a whole number and a unit of ms, s, m, h or d, such as 30s, was \"\"",
                "progress: yes please | progress: must be true or false, was \"yes please\"",
            })
    void refuses_a_wrong_watch_with_its_line_and_reads_the_others(String wrong, String messages) throws IOException {
        String member = wrong.substring(0, wrong.indexOf(':'));
        String good = """
                - api: acme-job
                  account: acme
                  parameters: { project_id: p, job_id: j }
                """;
        String bad = "- x: y\n  api: acme-job\n  account: acme\n  parameters: { project_id: p, job_id: k }\n"
                .lines()
                .filter(line -> !line.strip().startsWith(member + ":"))
                .collect(joining("\n", "", "\n"))
                .replace("x: y", wrong);

        WatchFile.Content content = read(good + bad + good.replace("job_id: j", "job_id: l"));

        assertThat(content.problems().stream().map(problem -> problem.line() + ": " + problem.message()))
                .containsExactly(List.of(messages.split("~")).stream()
                        .map(m -> "4: " + m)
                        .toArray(String[]::new));
        assertThat(content.entries().stream()
                        .map(entry -> entry.watch().parameters().get("job_id")))
                .containsExactly("j", "l");
        assertThat(content.readable()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0042", "000000e1", "12e4", "1.10", "0x1f", "1_000", "+1", "12345678901234567890123456789012"})
    void takes_an_id_as_it_is_written(String id) throws IOException {
        WatchFile.Content content = read("""
                - api: acme-jobs
                  account: acme
                  parameters: { project_id: %1$s, states: [%1$s, x] }
                """.formatted(id));

        assertThat(content.problems()).isEmpty();
        assertThat(content.entries())
                .extracting(entry -> entry.watch().parameters())
                .isEqualTo(List.of(Map.of("project_id", id, "states", List.of(id, "x"))));
    }

    @Test
    void refuses_an_item_that_is_no_watch() throws IOException {
        assertThat(problems(read("- acme-job\n- [1]\n")))
                .containsExactly(
                        "watches.yaml:1: a watch: must be an object with 'api', 'account' and 'parameters', was"
                                + " \"acme-job\"",
                        "watches.yaml:2: a watch: must be an object with 'api', 'account' and 'parameters', was"
                                + " [\"1\"]");
    }

    @Test
    void refuses_a_file_that_is_no_list() throws IOException {
        WatchFile.Content content = read("# mine\napi: acme-job\naccount: acme\n");

        assertThat(problems(content))
                .containsExactly("watches.yaml:2: must be a YAML list of watches, each item begins with '- api:'");
        assertThat(content.readable()).isFalse();
    }

    @Test
    void a_file_that_breaks_off_is_not_readable_and_says_where() throws IOException {
        WatchFile.Content content = read("""
                - api: acme-job
                  account: acme
                  parameters: { project_id: p, job_id: j }
                - api: acme-job
                  parameters: { project_id: p
                """);

        assertThat(content.readable()).isFalse();
        assertThat(problems(content)).singleElement().asString().matches("watches\\.yaml:[56]: is not valid YAML: .+");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            - &a {}~- *a                           | 2: is not valid YAML: aliases are not read, write out what *a stands for
            - account: &a x~- account: *a          | 2: is not valid YAML: aliases are not read, write out what *a stands for
            - account: a~  account: b              | 2: is not valid YAML: Duplicate field 'account'
            - parameters: { p: 1, p: 2 }           | 1: is not valid YAML: Duplicate field 'p'
            []~---~[]                              | 3: must be one YAML list of watches, has more after it
            """)
    void reads_no_yaml_of_two_minds(String text, String problem) throws IOException {
        WatchFile.Content content = read(text.replace("~", "\n"));

        assertThat(content.readable()).isFalse();
        assertThat(problems(content)).last().asString().startsWith("watches.yaml:" + problem);
    }

    @Test
    void needs_no_large_stack_for_what_is_nested_as_deep_as_yaml_may_be() throws Exception {
        FutureTask<WatchFile.Content> reading = new FutureTask<>(
                () -> read("- api: acme-job\n  parameters: { job_id: " + "[".repeat(970) + "]".repeat(970) + " }\n"));
        new Thread(null, reading, "small-stack", 256 * 1024).start();

        assertThat(reading.get().problems()).isNotEmpty();
    }

    @Test
    void says_on_which_line_the_yaml_becomes_too_deep() throws IOException {
        assertThat(problems(read("# deep\n" + "- ".repeat(2_000))))
                .singleElement()
                .asString()
                .startsWith("watches.yaml:2: is not valid YAML: Document nesting depth (1001)");
    }

    /** It has no form in UTF-8, and so neither in a request nor in the ledger. */
    @Test
    void refuses_half_a_surrogate_pair() throws IOException {
        assertThat(problems(read("""
                        - api: acme-job
                          account: acme
                          parameters: { project_id: p, job_id: "\\ud800" }
                        """)))
                .containsExactly("watches.yaml:1: a watch: must be Unicode, has half a surrogate pair");
    }

    @Test
    void quotes_what_is_wrong_in_one_line_of_bearable_length() throws IOException {
        assertThat(problems(read("- \"\\e[31m\\n" + "x".repeat(5_000) + "\"")))
                .singleElement()
                .asString()
                .contains("\\u001B[31m")
                .hasLineCount(1)
                .hasSizeLessThan(1_100);
    }

    @Test
    void a_file_that_is_not_there_is_not_readable() {
        Path file = directory.resolve("none.yaml");

        WatchFile.Content content = reader.read(file);

        assertThat(content.readable()).isFalse();
        assertThat(content.problems()).singleElement().asString().startsWith(file + ": cannot be read: ");
    }

    @Test
    void a_list_of_what_has_changed_says_nothing_of_a_job_that_is_stuck() throws IOException {
        ProviderApi changes = api("acme-changes", "project_id", true);
        changes.setLookBack("24h");
        Path file = directory.resolve("watches.yaml");
        Files.writeString(
                file, "- { api: acme-changes, account: acme, parameters: { project_id: p }, stuckAfter: 2h }\n");
        Account account = account("acme");

        WatchFile.Content content = new WatchFile(new WatchReader(
                        () -> Map.of("acme-changes", changes), () -> Map.of("acme", account), new Secrets()))
                .read(file);

        assertThat(problems(content))
                .containsExactly("watches.yaml:1: stuckAfter: not for acme-changes, which lists only what has changed;"
                        + " give it to a watch of the job");
    }

    @Test
    void an_empty_file_has_no_watches() throws IOException {
        assertThat(read("# none yet\n")).isEqualTo(new WatchFile.Content(List.of(), List.of(), true));
    }

    @Test
    void a_file_in_another_encoding_is_not_readable() throws IOException {
        Path file = directory.resolve("watches.yaml");
        Files.write(file, "- api: ü\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(reader.read(file).readable()).isFalse();
    }

    private WatchFile.Content read(String text) throws IOException {
        Path file = directory.resolve("watches.yaml");
        Files.writeString(file, text);
        return reader.read(file);
    }

    private List<String> problems(WatchFile.Content content) {
        return content.problems().stream()
                .map(problem -> problem.toString().replace(directory + "/", ""))
                .toList();
    }

    private static ProviderApi api(String name, String required, boolean list) {
        ProviderApi api = new ProviderApi();
        api.setName(name);
        api.setRequired(required);
        api.setOptional("states");
        api.setList(list);
        return api;
    }

    @Test
    void reads_as_many_watches_as_there_are() throws IOException {
        int many = 40_000;
        String one = "- { api: acme-job, account: acme, parameters: { project_id: \"%s\", job_id: \"%d\" } }%n";
        StringBuilder text = new StringBuilder();
        for (int job = 0; job < many; job++) {
            text.append(one.formatted("b09d59c4e8724078a5e8efa65049e78f", job));
        }

        WatchFile.Content content = read(text.toString());

        assertThat(content.problems()).isEmpty();
        assertThat(content.entries()).hasSize(many);
    }

    private static Account account(String name) {
        return new Account(name, URI.create("https://acme.example"), Signing.NONE, Map.of(), 10, null, false);
    }
}
