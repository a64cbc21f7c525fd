package io.jobrelay.docs;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.account.Signing;
import io.jobrelay.camel.RouteFile;
import io.jobrelay.camel.YamlNode;
import io.jobrelay.job.JobState;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.settings.PropertyFile;
import io.jobrelay.settings.Settings;
import io.jobrelay.settings.SettingsReader;
import io.jobrelay.watch.Pace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents say, the code does. */
class DocsTest {
    private static final Path ROUTES = Path.of("routes");

    @Test
    void every_property_is_explained() throws IOException {
        assertThat(column("docs/configuration.md", "## Properties", 0))
                .containsExactlyInAnyOrderElementsOf(SettingsReader.KEYS);
        assertThat(column("docs/configuration.md", "## Accounts", 0))
                .containsExactlyInAnyOrderElementsOf(SettingsReader.ACCOUNT_KEYS);
        assertThat(column("docs/configuration.md", "## Destinations", 0))
                .containsExactlyInAnyOrderElementsOf(SettingsReader.DESTINATION_KEYS.entrySet().stream()
                        .flatMap(entry -> entry.getValue().stream().map(key -> entry.getKey() + "." + key))
                        .toList());
    }

    @Test
    void every_scheme_is_explained() throws IOException {
        assertThat(column("docs/configuration.md", "### Signing", 0))
                .containsExactlyElementsOf(
                        Arrays.stream(Signing.values()).map(Signing::scheme).toList());
    }

    /** A default that is written down, and then set, changes nothing. */
    @Test
    void every_default_is_the_one_in_the_code() throws IOException {
        Map<String, String> written = new TreeMap<>();
        for (List<String> row : rows("docs/configuration.md", "## Properties")) {
            written.put(row.get(0), row.get(1));
        }
        assertThat(written.keySet().stream().filter(key -> written.get(key).isEmpty()))
                .containsExactly(
                        "jobrelay.http.token", "jobrelay.ledger.password", "jobrelay.ledger.user", "jobrelay.node");
        assertThat(settings(written)).isEqualTo(settings(Map.of()));

        Map<String, String> required = Map.of(
                "jobrelay.account.acme.endpoint", "https://acme.example",
                "jobrelay.account.acme.signing", "none",
                "jobrelay.destination.file.path", "out/x",
                "jobrelay.destination.queue.queue", "q",
                "jobrelay.destination.webhook.url", "https://acme.example",
                "jobrelay.destination.webhook.secret", "whsec_bm90IGEgc2VjcmV0LCBidXQgbG9uZyBlbm91Z2g=");
        Map<String, String> complete = new TreeMap<>(required);
        for (List<String> row : rows("docs/configuration.md", "## Accounts")) {
            complete.putIfAbsent("jobrelay.account.acme." + row.get(0), value(row.get(1)));
        }
        for (List<String> row : rows("docs/configuration.md", "## Destinations")) {
            complete.putIfAbsent("jobrelay.destination." + row.get(0), value(row.get(1)));
        }
        assertThat(settings(complete)).isEqualTo(settings(required));
        assertThat(rows("docs/configuration.md", "## Watch files"))
                .contains(List.of(
                        "every",
                        Pace.DEFAULT.toString(),
                        "shortest and longest time between two polls; `30s` for both"));
    }

    /** Words such as "the provider's" stand for no value. */
    private static String value(String written) {
        return written.contains(" ") || written.equals("required") ? "" : written;
    }

    @Test
    void every_route_is_in_the_table() throws IOException {
        List<String> routes = new ArrayList<>();
        for (Path file : RouteFile.filesBelow(ROUTES, ".camel.yaml")) {
            for (YamlNode item : YamlNode.parse(Files.readString(file)).items()) {
                item.members().values().stream()
                        .filter(route -> !route.text("description").isEmpty())
                        .forEach(route -> routes.add(
                                "[`%s`](%s) %s".formatted(route.text("id"), file, route.text("description"))));
            }
        }
        assertThat(raw("README.md", "## Routes").stream().map(row -> row.get(0) + " " + row.get(1)))
                .containsExactlyInAnyOrderElementsOf(routes);
    }

    @Test
    void every_provider_api_is_in_the_table_with_its_parameters() throws IOException {
        List<String> apis = new ArrayList<>();
        for (Path file : RouteFile.filesBelow(ROUTES.resolve("providers"), ".camel.yaml")) {
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
    void the_state_table_is_that_of_the_mappings() throws IOException {
        Set<String> mapped = new TreeSet<>();
        for (Path file : RouteFile.filesBelow(ROUTES.resolve("providers"), ".jq")) {
            String api = file.getFileName().toString().replace(".jq", "");
            MappedStates.of(file).forEach(row -> mapped.add((api + " " + String.join(" ", row)).strip()));
        }
        Set<String> written = rows("docs/record.md", "## States").stream()
                .filter(row -> row.size() == 4)
                .map(row -> String.join(" ", row).strip())
                .collect(toCollection(TreeSet::new));
        assertThat(mapped).isNotEmpty();
        assertThat(written).isEqualTo(mapped);
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

    private static Settings settings(Map<String, String> properties) {
        PropertyFile file = PropertyFile.read(Path.of("nowhere.properties")).with(properties.keySet());
        return new SettingsReader(file, key -> Optional.ofNullable(properties.get(key))).read();
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
