package io.jobrelay.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.RouteSchema;
import io.jobrelay.camel.RouteTrial;
import io.jobrelay.camel.YamlNode;
import io.jobrelay.job.Json;
import io.jobrelay.settings.PropertyFile;
import io.jobrelay.settings.SettingsReader;
import io.jobrelay.watch.WatchFile;
import io.jobrelay.watch.WatchReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the documents show may be copied: routes, watches, properties and JSON are taken as they stand. */
class SnippetsTest {
    private static final String FROM_THE_ENVIRONMENT = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0";

    private static RouteTrial trial;

    @TempDir
    private Path directory;

    @BeforeAll
    static void builds_the_routes() {
        trial = new RouteTrial(Clock.systemUTC());
        assertThat(trial.problems()).isEmpty();
    }

    @AfterAll
    static void throws_them_away() {
        trial.close();
    }

    @ParameterizedTest
    @MethodSource("watches")
    void a_watch_is_read(Documents.Block block) throws IOException {
        WatchReader watches = trial.watchReader();
        Path file = Files.writeString(directory.resolve("watch.yaml"), block.text());
        WatchFile.Content content = new WatchFile(watches).read(file);

        assertThat(content.problems()).isEmpty();
        assertThat(content.entries()).isNotEmpty();
    }

    static Stream<Documents.Block> watches() {
        return Documents.blocks("yaml").filter(block -> block.text().startsWith("- api:"));
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
        assertThat(new RouteSchema().problems(block.toString(), YamlNode.parse(text)))
                .isEmpty();
    }

    static Stream<Documents.Block> routes() {
        return Documents.blocks("yaml").filter(block -> !block.text().startsWith("- api:"));
    }

    /** Behind the shipped ones, as a user would put them. */
    @ParameterizedTest
    @MethodSource("properties")
    void properties_are_settings(Documents.Block block) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(Files.readString(Path.of("application.properties"))));
        properties.load(new StringReader(block.text()));
        PropertyFile file = PropertyFile.read(Path.of("nowhere")).with(properties.stringPropertyNames());

        assertThat(new SettingsReader(file, key -> value(properties, key))
                        .reading()
                        .problems())
                .isEmpty();
    }

    static Stream<Documents.Block> properties() {
        return Documents.blocks("properties");
    }

    private static Optional<String> value(Properties properties, String key) {
        return Optional.ofNullable(properties.getProperty(key))
                .map(value -> value.replaceAll("\\{\\{env:\\w+:}}", "")
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
                .isSubsetOf(List.of("", "yaml", "properties", "json", "java", "python", "javascript", "go"));
    }
}
