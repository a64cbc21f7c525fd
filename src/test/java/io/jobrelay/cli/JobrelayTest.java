package io.jobrelay.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class JobrelayTest {
    private static final CommandLine PROGRAM = Jobrelay.commandLine();

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    static Stream<List<String>> commands() {
        return commands(List.of(), PROGRAM);
    }

    /** A command and those below it. */
    private static Stream<List<String>> commands(List<String> names, CommandLine command) {
        return Stream.concat(
                Stream.of(names),
                command.getSubcommands().entrySet().stream()
                        .flatMap(below -> commands(
                                Stream.concat(names.stream(), Stream.of(below.getKey()))
                                        .toList(),
                                below.getValue())));
    }

    private static CommandLine command(List<String> names) {
        CommandLine command = PROGRAM;
        for (String name : names) {
            command = requireNonNull(command.getSubcommands().get(name), name);
        }
        return command;
    }

    @ParameterizedTest
    @MethodSource("commands")
    void every_command_has_help(List<String> command) {
        assertThat(run(command, "--help")).isZero();
        assertThat(out.toString())
                .startsWith(("Usage: jobrelay " + String.join(" ", command)).strip() + " [")
                .contains("--version");
        assertThat(err.toString()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void every_command_has_a_version(List<String> command) {
        assertThat(run(command, "--version")).isZero();
        assertThat(out.toString()).isEqualToIgnoringNewLines("jobrelay from source");
        assertThat(err.toString()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void every_command_refuses_an_option_that_it_does_not_know(List<String> command) {
        boolean needsMore = command(command).getCommandSpec().positionalParameters().stream()
                .anyMatch(parameter -> parameter.arity().min() > 0);

        List<String> given = new ArrayList<>(command);
        command(command).getCommandSpec().options().stream()
                .filter(option -> option.required() && option.group() == null)
                .forEach(option -> given.addAll(List.of(option.longestName(), "file")));

        assertThat(needsMore ? run(given, "--hepl", "watches.yaml") : run(given, "--hepl"))
                .isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("Unknown option: '--hepl'").contains("--help");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jobs", "watches", "deliveries", "destinations"})
    void a_group_without_a_subcommand_lists_them(String command) {
        assertThat(run(List.of(command))).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("Missing required subcommand", "list");
    }

    @Test
    void redeliver_does_not_guess_what() {
        List<String> redeliver = List.of("deliveries", "redeliver");

        assertThat(run(redeliver)).isEqualTo(2);
        assertThat(run(redeliver, "--all", "webhook.1")).isEqualTo(2);
        assertThat(run(redeliver, "--destination", "webhook", "webhook.1")).isEqualTo(2);
        assertThat(run(redeliver, "--since", "yesterday")).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString())
                .contains(
                        "Missing required argument (specify one of these): (ID... | ",
                        "are mutually exclusive (specify only one)",
                        "must be a day or a time with its offset, such as 2026-11-22 or 2026-11-22T10:00:00Z, was"
                                + " 'yesterday'");
    }

    @Test
    void a_command_that_is_not_there_gets_a_hint() {
        assertThat(run(List.of("chekc"))).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("Did you mean: jobrelay check");
    }

    @Test
    void fetch_prints_file_and_line_of_an_invalid_watch() throws Exception {
        Path file = directory.resolve("watches.yaml");
        Tree.write(file, "# Mine.\n- api: huawei-res-jobs\n  account: huawei\n");

        assertThat(run(List.of("fetch"), file.toString())).isEqualTo(1);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString())
                .startsWith(file + ":2: api: must be one of the ")
                .contains("'jobrelay apis' lists, was 'huawei-res-jobs'; did you mean 'huawei-res-job'?");
    }

    @Test
    void says_what_a_url_must_be() {
        assertThat(run(List.of("jobs", "list"), "--url", "127.0.0.1:8080")).isEqualTo(2);
        assertThat(run(List.of("jobs", "list"), "--url", "http://me:secret@127.0.0.1"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("must be http:// or https://, a host and maybe a port, such as http://127.0.0.1:8080")
                .doesNotContain("secret@");
    }

    @Test
    void bash_can_complete_commands() throws Exception {
        assertThat(run(List.of("completion"))).isZero();
        Path script = directory.resolve("completion");
        Files.writeString(script, out.toString());

        assertThat(new ProcessBuilder("bash", "-n", script.toString()).start().waitFor())
                .isZero();
        assertThat(out.toString()).contains("complete -F _complete_jobrelay").contains("redeliver");
    }

    private int run(List<String> command, String... arguments) {
        return Jobrelay.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(Stream.concat(command.stream(), Stream.of(arguments)).toArray(String[]::new));
    }
}
