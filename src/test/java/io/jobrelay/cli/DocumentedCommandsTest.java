package io.jobrelay.cli;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.jobrelay.docs.Documents;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The command lines that the documents show are understood, and docs/commands.md has every command. */
class DocumentedCommandsTest {
    private static final Path COMMANDS = Path.of("docs/commands.md");
    private static final Pattern LINE = Pattern.compile("^jobrelay ([^>|&]*)");
    private static final Pattern INLINE = Pattern.compile("`jobrelay ([a-z][^`]*)`");
    private static final Pattern WORD = Pattern.compile("[a-z-]+");

    @ParameterizedTest
    @MethodSource("lines")
    void a_command_line_is_understood(String line) {
        assertThatCode(() -> Jobrelay.commandLine().parseArgs(line.strip().split(" +", -1)))
                .as("jobrelay " + line)
                .doesNotThrowAnyException();
    }

    static Stream<String> lines() {
        return Documents.blocks("").flatMap(block -> block.text().lines()).flatMap(line -> found(LINE, line));
    }

    /** In a sentence the arguments may be left out; the command and its options may not be others. */
    @ParameterizedTest
    @MethodSource("inline")
    void a_command_in_a_sentence_is_there(String text) {
        CommandLine command = Jobrelay.commandLine();
        for (String word : text.split(" +", -1)) {
            if (command.getSubcommands().containsKey(word)) {
                command = command.getSubcommands().get(word);
            } else if (word.startsWith("-")) {
                assertThat(command.getCommandSpec().optionsMap()).containsKey(word.replaceFirst("=.*", ""));
            } else {
                assertThat(command.getCommandSpec().positionalParameters())
                        .as("'%s' of jobrelay %s", word, text)
                        .isNotEmpty();
            }
        }
        assertThat(command.getCommandName()).as("jobrelay " + text).isNotEqualTo("jobrelay");
    }

    static Stream<String> inline() {
        return Documents.all().stream()
                .flatMap(document -> Documents.prose(document).stream())
                .flatMap(line -> found(INLINE, line))
                .distinct();
    }

    private static Stream<String> found(Pattern pattern, String line) {
        List<String> found = new ArrayList<>();
        Matcher matcher = pattern.matcher(line);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found.stream();
    }

    @Test
    void every_command_is_explained_with_its_exit_statuses() {
        Map<String, Set<String>> documented = new TreeMap<>();
        for (List<String> row : Documents.raw(COMMANDS, "## Commands")) {
            if (row.size() == 3) {
                List<String> words = Stream.of(row.get(0).replace("`", "").split(" ", -1))
                        .takeWhile(word -> WORD.matcher(word).matches())
                        .toList();
                documented.put(String.join(" ", words), digits(row.get(2)));
            }
        }
        Map<String, Set<String>> known = new TreeMap<>();
        leaves(Jobrelay.commandLine())
                .forEach(command -> known.put(
                        command.getCommandSpec().qualifiedName(" ").replaceFirst("jobrelay ", ""),
                        new TreeSet<>(command.getCommandSpec()
                                .usageMessage()
                                .exitCodeList()
                                .keySet())));
        assertThat(documented).isEqualTo(known);
    }

    private static Stream<CommandLine> leaves(CommandLine command) {
        return command.getSubcommands().isEmpty()
                ? Stream.of(command)
                : command.getSubcommands().values().stream().distinct().flatMap(DocumentedCommandsTest::leaves);
    }

    private static Set<String> digits(String text) {
        Set<String> digits = new TreeSet<>();
        found(Pattern.compile("(\\d)"), text).forEach(digits::add);
        return digits;
    }

    @Test
    void every_exit_status_is_explained() {
        Map<String, Integer> statuses = Arrays.stream(ExitStatus.class.getDeclaredFields())
                .filter(field -> Modifier.isStatic(field.getModifiers()) && !field.isSynthetic())
                .collect(toMap(Field::getName, DocumentedCommandsTest::status));
        List<String> written = Documents.lines(COMMANDS).stream()
                .filter(line -> line.matches("\\| \\d \\| .*"))
                .map(line -> line.substring(2, 3))
                .toList();

        assertThat(written)
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(statuses.values().stream(), Stream.of(CommandLine.ExitCode.USAGE))
                                .map(String::valueOf)
                                .toList());
    }

    private static int status(Field field) {
        try {
            return field.getInt(null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
