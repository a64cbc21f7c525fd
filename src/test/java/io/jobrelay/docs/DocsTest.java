package io.jobrelay.docs;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.account.Signing;
import io.jobrelay.camel.validation.YamlNode;
import io.jobrelay.job.JobState;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.settings.NodeName;
import io.jobrelay.settings.SettingsReader;
import io.jobrelay.watch.Pace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents say, the code does. */
class DocsTest {
    private static final Path ROUTES = Path.of("routes");

    @Test
    void every_property_is_explained_with_its_default() throws IOException {
        assertThat(defaults("## Properties")).isEqualTo(replaced(SettingsReader.DEFAULTS, NodeName.KEY, ""));
        assertThat(defaults("## Accounts")).isEqualTo(SettingsReader.ACCOUNT_DEFAULTS);
        Map<String, String> destinations = new TreeMap<>();
        SettingsReader.DESTINATION_DEFAULTS.forEach((name, parameters) ->
                parameters.forEach((parameter, value) -> destinations.put(name + "." + parameter, value)));
        assertThat(defaults("## Destinations")).isEqualTo(destinations);
        assertThat(rows("docs/configuration.md", "## Watch files"))
                .contains(List.of(
                        "every",
                        Pace.DEFAULT.toString(),
                        "shortest and longest time between two polls; `30s` for both"));
    }

    /** Words such as "the provider's" stand for no value. */
    private static Map<String, String> defaults(String section) {
        Map<String, String> defaults = new TreeMap<>();
        Documents.raw(Path.of("docs/configuration.md"), section)
                .forEach(row -> defaults.put(
                        row.get(0).replace("`", ""),
                        row.get(1).matches("`[^`]+`") ? row.get(1).replace("`", "") : ""));
        return defaults;
    }

    private static Map<String, String> replaced(Map<String, String> map, String key, String value) {
        Map<String, String> replaced = new TreeMap<>(map);
        replaced.put(key, value);
        return replaced;
    }

    @Test
    void every_scheme_is_explained() throws IOException {
        assertThat(column("docs/configuration.md", "### Signing", 0))
                .containsExactlyElementsOf(
                        Arrays.stream(Signing.values()).map(Signing::scheme).toList());
    }

    /** What a newcomer reads first stays short. */
    @Test
    void the_readme_has_at_most_150_lines() {
        assertThat(Documents.lines(Documents.README)).hasSizeBetween(1, 150);
    }

    @Test
    void every_provider_api_is_in_the_table_with_its_parameters() throws IOException {
        List<String> apis = new ArrayList<>();
        for (Path file : Documents.filesBelow(ROUTES.resolve("providers"), ".camel.yaml")) {
            for (YamlNode item : YamlNode.parse(Files.readString(file)).items()) {
                for (YamlNode bean : item.member("beans").map(YamlNode::items).orElse(List.of())) {
                    YamlNode properties = bean.member("properties").orElseThrow();
                    Stream<String> required = names(properties.text("required")).map("`%s`"::formatted);
                    Stream<String> optional = names(properties.text("optional")).map("[`%s`]"::formatted);
                    apis.add("`" + bean.text("name") + "` "
                            + Stream.concat(required, optional).collect(joining(", ")));
                }
            }
        }
        assertThat(apis).isNotEmpty();
        assertThat(raw("docs/configuration.md", "### Provider APIs").stream().map(row -> row.get(0) + " " + row.get(1)))
                .containsExactlyInAnyOrderElementsOf(apis);
    }

    private static Stream<String> names(String text) {
        return Arrays.stream(text.split(",")).map(String::strip).filter(name -> !name.isEmpty());
    }

    @Test
    void states_and_failure_kinds_are_those_of_the_code() throws IOException {
        assertThat(rows("docs/record.md", "## States").stream().filter(row -> row.size() == 2))
                .containsExactlyElementsOf(Arrays.stream(JobState.values())
                        .map(state -> List.of(state.name(), state.terminal() ? "yes" : "no"))
                        .toList());
        assertThat(column("docs/record.md", "## Failed polls", 0))
                .containsExactlyElementsOf(
                        Arrays.stream(FailureKind.values()).map(Enum::name).toList());
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
