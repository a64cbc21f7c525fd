package io.jobrelay.docs;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.account.Signing;
import io.jobrelay.job.JobState;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.settings.Key;
import io.jobrelay.settings.Key.Trait;
import io.jobrelay.settings.Keys;
import io.jobrelay.watch.Pace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents say, the code does. */
class DocsTest {
    @Test
    void every_property_is_explained_with_its_default() throws IOException {
        assertThat(rows("docs/configuration.md", "## Properties").stream()
                        .map(row -> row.subList(0, 3))
                        .toList())
                .isEqualTo(keys("jobrelay.")
                        .filter(key -> !key.name().matches("jobrelay\\.(account|destination)\\..*"))
                        .map(key -> List.of(
                                key.name(),
                                key.name().equals("jobrelay.node") ? "" : key.fallback(),
                                key.is(Trait.LIVE) ? "at once" : "next start"))
                        .toList());
        assertThat(defaults("## Accounts")).isEqualTo(defaults(keys("jobrelay.account.<name>.")));
        assertThat(defaults("## Destinations"))
                .isEqualTo(defaults(
                        keys("jobrelay.destination.").filter(key -> !key.name().contains("<name>"))));
        assertThat(rows("docs/configuration.md", "## Watch files"))
                .contains(List.of(
                        "every",
                        Pace.DEFAULT.toString(),
                        "shortest and longest time between two polls; `30s` for both"));
    }

    private static Stream<Key<?>> keys(String prefix) {
        return Keys.all().filter(key -> key.name().startsWith(prefix));
    }

    /** What the table of these keys says of their defaults. */
    private static Map<String, String> defaults(Stream<Key<?>> keys) {
        return keys.collect(toMap(key -> shortName(key.name()), DocsTest::defaultOf));
    }

    private static String defaultOf(Key<?> key) {
        String on = switchOf(key.name());
        if (key.is(Trait.REQUIRED)) {
            return on.isEmpty()
                    ? "required"
                    : on.equals(key.name()) ? "" : "required with `%s`".formatted(shortName(on));
        }
        return key.parameter().equals("enabled") && !on.isEmpty()
                ? "where `%s` is set".formatted(shortName(on))
                : Keys.defaultOf(key.name(), other -> true)
                        .map("`%s`"::formatted)
                        .orElse("");
    }

    /** The key whose value switches the owner of that key on; empty if none does. */
    private static String switchOf(String key) {
        List<String> asked = new ArrayList<>();
        Keys.defaultOf(key.replaceFirst("[^.]+$", "enabled"), asked::add);
        return String.join("", asked);
    }

    private static String shortName(String key) {
        return key.replaceFirst("jobrelay\\.(account\\.<name>|destination)\\.", "");
    }

    /** Other words, such as "the provider's", stand for no value. */
    private static Map<String, String> defaults(String section) {
        return raw("docs/configuration.md", section).stream()
                .collect(toMap(
                        row -> row.get(0).replace("`", ""),
                        row -> row.get(1).matches("`[^`]+`|required( with `[^`]+`)?|where `[^`]+` is set")
                                ? row.get(1)
                                : ""));
    }

    @Test
    void every_scheme_is_explained() throws IOException {
        assertThat(column("docs/configuration.md", "### Signing", 0))
                .containsExactlyElementsOf(
                        Arrays.stream(Signing.values()).map(Signing::scheme).toList());
    }

    /** Its classes and packages in code marks; a class that is renamed is renamed there. */
    @Test
    void the_architecture_names_classes_that_are_there() {
        List<String> classes = Documents.filesBelow(Path.of("src/main/java"), ".java").stream()
                .map(file -> file.getFileName().toString().replace(".java", ""))
                .toList();
        assertThat(Documents.prose(Path.of("docs/architecture.md")).stream()
                        .flatMap(line -> codes(line).stream())
                        .filter(code -> code.matches("([A-Z][a-z]+)+")))
                .hasSizeGreaterThan(40)
                .allSatisfy(name -> assertThat(classes).contains(name));
    }

    /** A word that is longer than the line stands alone; a row of a table is one line. */
    @Test
    void no_line_is_longer_than_120_columns() {
        assertThat(Documents.all().stream()
                        .flatMap(document -> Documents.lines(document).stream())
                        .filter(line -> line.length() > 120 && !line.strip().startsWith("|"))
                        .filter(line -> line.strip().contains(" ")))
                .isEmpty();
    }

    /** What a newcomer reads first stays short. */
    @Test
    void the_readme_has_at_most_150_lines() {
        assertThat(Documents.lines(Documents.README)).hasSizeBetween(1, 150);
    }

    @Test
    void states_and_failure_kinds_are_those_of_the_code() throws IOException {
        String[] states = String.join(" ", Documents.prose(Path.of("docs/record.md")))
                .replaceFirst(".*A job goes through (.*?)\\..*", "$1")
                .split("and ends in", -1);
        assertThat(codes(states[0])).isEqualTo(states(false));
        assertThat(codes(states[1])).isEqualTo(states(true));
        assertThat(column("docs/troubleshooting.md", "## Polls that fail", 0).stream()
                        .filter(cell -> cell.matches("[A-Z_]+")))
                .containsExactlyElementsOf(
                        Arrays.stream(FailureKind.values()).map(Enum::name).toList());
    }

    private static List<String> states(boolean terminal) {
        return Arrays.stream(JobState.values())
                .filter(state -> state.terminal() == terminal)
                .map(Enum::name)
                .toList();
    }

    private static List<String> codes(String text) {
        return Pattern.compile("`(\\w+)`")
                .matcher(text)
                .results()
                .map(code -> code.group(1))
                .toList();
    }

    private static List<String> column(String document, String section, int column) throws IOException {
        return rows(document, section).stream().map(row -> row.get(column)).toList();
    }

    private static List<List<String>> rows(String document, String section) {
        return Documents.rows(Path.of(document), section);
    }

    private static List<List<String>> raw(String document, String section) {
        return Documents.raw(Path.of(document), section);
    }
}
