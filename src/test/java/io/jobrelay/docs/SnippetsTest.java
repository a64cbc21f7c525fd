package io.jobrelay.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.account.Account;
import io.jobrelay.camel.validation.DryRun;
import io.jobrelay.camel.validation.RouteSchema;
import io.jobrelay.camel.validation.TestRunner;
import io.jobrelay.camel.validation.YamlNode;
import io.jobrelay.job.Json;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.settings.PropertyFile;
import io.jobrelay.settings.SettingsReader;
import io.jobrelay.watch.ProviderApi;
import io.jobrelay.watch.WatchFile;
import io.jobrelay.watch.WatchReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the documents show may be copied: routes, watches, properties and JSON are taken as they stand. */
class SnippetsTest {
    private static final String FROM_THE_ENVIRONMENT = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0";

    private static final RouteSchema SCHEMA = new RouteSchema();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @MethodSource("watches")
    void a_watch_is_read(Documents.Block block) throws IOException {
        Map<String, Account> accounts = settings(new Properties()).settings().accounts();
        WatchReader watches = new WatchReader(SnippetsTest::apis, () -> accounts, new Secrets());
        Path file = Files.writeString(directory.resolve("watch.yaml"), block.text());
        WatchFile.Content content = new WatchFile(watches).read(file);

        assertThat(content.problems()).isEmpty();
        assertThat(content.entries()).isNotEmpty();
    }

    static Stream<Documents.Block> watches() {
        return Documents.blocks("yaml").filter(block -> block.text().startsWith("- api:"));
    }

    /** As the routes declare them. */
    private static Map<String, ProviderApi> apis() {
        Map<String, ProviderApi> apis = new HashMap<>();
        for (Path file : Documents.filesBelow(Path.of("routes/providers"), ".camel.yaml")) {
            for (YamlNode item :
                    YamlNode.parse(String.join("\n", Documents.lines(file))).items()) {
                for (YamlNode bean : item.member("beans").map(YamlNode::items).orElse(List.of())) {
                    YamlNode properties = bean.member("properties").orElseThrow();
                    ProviderApi api = new ProviderApi();
                    api.setName(properties.text("name"));
                    api.setRequired(properties.text("required"));
                    api.setOptional(properties.text("optional"));
                    api.setService(properties.text("service"));
                    api.setList(Boolean.parseBoolean(properties.text("list")));
                    apis.put(api.getName(), api);
                }
            }
        }
        return apis;
    }

    /** A part of a route is tried at the place that it is for. */
    @ParameterizedTest
    @MethodSource("routes")
    void a_route_is_one_for_camel(Documents.Block block) {
        String text = block.text();
        String steps = """
                - route:
                    id: shown
                    from:
                      uri: direct:shown
                      steps:
                """;
        if (text.startsWith("- to:")) {
            text = steps + text.indent(8);
        } else if (text.startsWith("- expression:")) {
            text = steps + " ".repeat(8) + "- choice:\n" + " ".repeat(12) + "when:\n" + text.indent(14) + " ".repeat(16)
                    + "steps:\n" + " ".repeat(18) + "- stop: {}\n";
        }
        assertThat(SCHEMA.problems(block.toString(), YamlNode.parse(text))).isEmpty();
    }

    static Stream<Documents.Block> routes() {
        return Documents.blocks("yaml")
                .filter(block -> Stream.of("- api:", "- name:", "apiVersion:").noneMatch(block.text()::startsWith));
    }

    /** With the routes, seeds and accounts that are shipped. */
    @ParameterizedTest
    @MethodSource("tests")
    void a_test_case_passes(Documents.Block block) throws IOException {
        Path file = Files.writeString(directory.resolve("tests.yaml"), block.text());
        try (DryRun dryRun = new DryRun(Clock.systemUTC())) {
            assertThat(dryRun.problems()).isEmpty();
            assertThat(new TestRunner(dryRun).run(file))
                    .allSatisfy(result -> assertThat(result.problems()).isEmpty());
        }
    }

    static Stream<Documents.Block> tests() {
        return Documents.blocks("yaml").filter(block -> block.text().startsWith("- name:"));
    }

    /** Behind the shipped ones, as a user would put them. */
    @ParameterizedTest
    @MethodSource("properties")
    void properties_are_settings(Documents.Block block) throws IOException {
        Properties shown = new Properties();
        shown.load(new StringReader(block.text()));

        assertThat(settings(shown).problems()).isEmpty();
    }

    private static SettingsReader.Reading settings(Properties shown) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(Files.readString(Path.of("application.properties"))));
        for (Path account : Documents.filesBelow(Path.of("seeds"), "account.properties")) {
            String text = Files.readString(account).replaceAll("\\{\\{env:\\w+:}}", FROM_THE_ENVIRONMENT);
            properties.load(new StringReader(text));
        }
        properties.putAll(shown);
        PropertyFile file = PropertyFile.read(Path.of("nowhere")).with(properties.stringPropertyNames());
        return new SettingsReader(file, key -> value(properties, key), new Secrets()).reading();
    }

    static Stream<Documents.Block> properties() {
        return Documents.blocks("properties");
    }

    /** Every key is set; another variable is so only where it must be. */
    private static Optional<String> value(Properties properties, String key) {
        String absent = key.endsWith("-key") ? FROM_THE_ENVIRONMENT : "";
        return Optional.ofNullable(properties.getProperty(key))
                .map(value -> value.replaceAll("\\{\\{env:\\w+:}}", absent)
                        .replaceAll("\\{\\{env:\\w+:(.*)}}", "$1")
                        .replaceAll("\\{\\{env:\\w+}}", FROM_THE_ENVIRONMENT));
    }

    @ParameterizedTest
    @MethodSource("documents")
    void json_is_json(Documents.Block block) throws IOException {
        assertThat(Json.MAPPER.readTree(block.text())).isNotEmpty();
    }

    static Stream<Documents.Block> documents() {
        return Documents.blocks("json");
    }

    /** A block of a language that no test looks at would be one that may rot. */
    @Test
    void every_language_is_looked_at() {
        assertThat(Documents.all().stream()
                        .flatMap(document -> Documents.blocks(document).stream())
                        .map(Documents.Block::language)
                        .distinct())
                .isSubsetOf(List.of("", "yaml", "properties", "json", "java", "python"));
    }
}
