package io.jobrelay.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code docs/troubleshooting.md} has every line that may be logged as a warning or an error, and no message that the program
 * does not have. In a message of the page {@code …} stands for what the program puts in.
 */
class MessagesTest {
    private static final Path PAGE = Path.of("docs/troubleshooting.md");
    /** In a text such as {@code watches/*.yaml} none begins. */
    private static final Pattern COMMENT = Pattern.compile("(?<!\\S)/\\*(?s:.*?)\\*/|(?m:^\\s*//.*$)");

    private static final Pattern LITERAL = Pattern.compile("\"(?:[^\"\\\\\\n]|\\\\.)*\"");
    private static final Pattern TEXT = Pattern.compile(LITERAL + "(?:\\s*\\+\\s*" + LITERAL + ")*");
    private static final Pattern CALL =
            Pattern.compile("(?:LOG\\s*\\.\\s*(?:warn|error)|log\\(\\)\\s*\\.\\s*error|new LedgerException)\\(");
    private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\|.*");
    private static final String ANYTHING = "…";
    /** Where in a watch something is wrong, which is put before each rule. */
    private static final Pattern PLACE = Pattern.compile("^(?:(?:\\w+\\.)?…|a watch): ");
    /** So much of a message must be there to be searched for. */
    private static final int ENOUGH = 10;
    /** What has fewer is put together of what stands elsewhere. */
    private static final int FEWEST_LETTERS = 5;

    @Test
    void every_warning_and_error_is_on_the_page() throws IOException {
        List<String> page = page();
        List<String> logged = logged();

        assertThat(logged).hasSizeGreaterThan(25);
        assertThat(logged.stream().filter(message -> page.stream().noneMatch(row -> explains(row, message))))
                .as("messages that docs/troubleshooting.md does not explain: add a row `<its first words>` for each")
                .isEmpty();
    }

    @Test
    void every_message_on_the_page_is_one_of_the_program() throws IOException {
        List<String> texts = texts();

        assertThat(page()).hasSizeGreaterThan(80);
        assertThat(page().stream()
                        .filter(row -> fragments(PLACE.matcher(row).replaceFirst("")).stream()
                                .anyMatch(fragment -> texts.stream().noneMatch(text -> text.contains(fragment)))))
                .as("messages of docs/troubleshooting.md that the program does not have")
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "LOG.warn(\"the {} is \" + \"on fire: {}\", house, cause);",
                "LOG\n    .error(\"the roof is on fire\", cause);",
                "LOG.error(known ? \"the roof\" : \"{} the cellar is on fire\", it ? \"now\" : \"then\");",
                "throw new LedgerException(\"jobrelay.ledger.url: \" + path + \" is on fire (really\" + e + \")\");"
            })
    void finds_messages_however_they_are_written(String source) {
        assertThat(messages(source)).anySatisfy(message -> assertThat(message).contains("on fire"));
    }

    /** A row explains a message if what it gives stands there in that order, and is enough of it to be found. */
    private static boolean explains(String row, String message) {
        int from = 0;
        int given = 0;
        for (String fragment : fragments(row)) {
            int at = message.indexOf(fragment, from);
            if (at < 0) {
                return false;
            }
            from = at + fragment.length();
            given += fragment.strip().length();
        }
        return given
                >= Math.min(ENOUGH, message.replaceAll("\\{}|%\\w", "").strip().length());
    }

    private static List<String> fragments(String row) {
        return Arrays.stream(row.split(ANYTHING))
                .filter(part -> !part.isBlank())
                .toList();
    }

    /** The messages of the page: the code that begins a row of a table whose head says so. */
    private static List<String> page() {
        List<String> rows = new ArrayList<>();
        boolean messages = false;
        for (String line : Documents.prose(PAGE)) {
            messages = line.startsWith("|") && (messages || line.startsWith("| message |"));
            Matcher row = ROW.matcher(line);
            if (messages && row.matches()) {
                rows.add(row.group(1));
            }
        }
        return rows;
    }

    private static List<String> logged() throws IOException {
        List<String> messages = new ArrayList<>();
        for (Path source : sources()) {
            messages.addAll(messages(Files.readString(source)));
        }
        return messages;
    }

    /** What each call that logs may say: one message, or one of several. */
    private static List<String> messages(String source) {
        String code = COMMENT.matcher(source).replaceAll("");
        List<String> messages = new ArrayList<>();
        Matcher call = CALL.matcher(code);
        while (call.find()) {
            String argument = code.substring(call.end(), end(code, call.end()));
            List<String> texts = texts(argument);
            boolean either = LITERAL.matcher(argument).replaceAll("").contains("?");
            Stream.of(either ? texts : List.of(String.join("{}", texts)))
                    .flatMap(List::stream)
                    .filter(message -> message.replaceAll("\\{}|[^\\p{L}]", "").length() >= FEWEST_LETTERS)
                    .forEach(messages::add);
        }
        return messages;
    }

    /** Where the first argument ends that begins here. */
    private static int end(String code, int begin) {
        int depth = 1;
        boolean text = false;
        for (int at = begin; at < code.length(); at++) {
            char here = code.charAt(at);
            if (text && here == '\\') {
                at++;
            } else if (here == '"') {
                text = !text;
            } else if (!text) {
                depth += here == '(' ? 1 : here == ')' ? -1 : 0;
                if (depth == 0 || (depth == 1 && here == ',')) {
                    return at;
                }
            }
        }
        return code.length();
    }

    /** Every text of the program, its script included. */
    private static List<String> texts() throws IOException {
        List<String> texts = new ArrayList<>(Files.readAllLines(Path.of("src/main/assembly/bin/jobrelay")));
        for (Path source : sources()) {
            texts.addAll(texts(COMMENT.matcher(Files.readString(source)).replaceAll("")));
        }
        return texts;
    }

    /** The texts in the code; those of one concatenation together. */
    private static List<String> texts(String code) {
        List<String> texts = new ArrayList<>();
        Matcher text = TEXT.matcher(code);
        while (text.find()) {
            texts.add(joined(text.group()));
        }
        return texts;
    }

    private static String joined(String concatenation) {
        StringBuilder joined = new StringBuilder();
        Matcher literal = LITERAL.matcher(concatenation);
        while (literal.find()) {
            String text = literal.group();
            joined.append(text, 1, text.length() - 1);
        }
        return joined.toString();
    }

    private static List<Path> sources() {
        return Stream.of(Path.of("src/main/java"))
                .flatMap(directory -> Documents.filesBelow(directory, ".java").stream())
                .toList();
    }
}
