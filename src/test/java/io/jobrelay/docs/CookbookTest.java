package io.jobrelay.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.RouteFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.direct.DirectComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the cookbook shows stands in files that work; {@link CookbookDestinationsTest} has those of destinations deliver. */
class CookbookTest {
    private static final Path COOKBOOK = Path.of("docs/cookbook.md");
    private static final Path FILES = Path.of("docs/cookbook");

    /** A route is shown as it stands in a file, and each file is shown or named. */
    @Test
    void shows_its_files_as_they_are() throws IOException {
        String text = Files.readString(COOKBOOK);
        Set<String> routes = new TreeSet<>();
        for (Path file : RouteFile.filesBelow(FILES, ".camel.yaml")) {
            assertThat(text).contains("](" + Path.of("docs").relativize(file) + ")");
            routes.add(Files.readString(file));
        }
        assertThat(routes).isNotEmpty();
        assertThat(Documents.blocks(COOKBOOK).stream()
                        .filter(block ->
                                block.language().equals("yaml") && block.text().contains("- route:")))
                .isNotEmpty()
                .allSatisfy(block -> assertThat(routes).contains(block.text()));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
                    by-label          | {"job": {"state": "FAILED", "labels": {"team": "recsys"}}}                          | file webhook
                    by-label          | {"job": {"state": "FAILED", "labels": {"team": "vision"}}}                          | file
                    by-label          | {"watch": {}, "health": "OK"}                                                       | file
                    by-state          | {"job": {"state": "FAILED", "terminal": true}}                                      | file webhook
                    by-state          | {"job": {"state": "CANCELLED", "terminal": true}}                                   | file queue
                    by-state          | {"job": {"state": "RUNNING", "terminal": false}}                                    | file
                    by-anomaly        | {"job": {"state": "RUNNING", "anomalies": ["END_BEFORE_START", "STUCK"]}}           | file webhook
                    by-anomaly        | {"job": {"state": "RUNNING", "anomalies": ["END_BEFORE_START"]}}                    | file
                    by-anomaly        | {"job": {"state": "RUNNING"}}                                                       | file
                    by-anomaly        | {"watch": {}, "health": "UNAUTHENTICATED"}                                          | file webhook
                    by-anomaly        | {"watch": {}, "health": "OK", "blind": true}                                        | file webhook
                    by-anomaly        | {"watch": {}, "health": "TIMEOUT"}                                                  | file
                    without-progress  | {"job": {"state": "QUEUED"}}                                                        | file queue
                    without-progress  | {"job": {"state": "RUNNING"}, "previousState": "QUEUED"}                            | file queue
                    without-progress  | {"job": {"state": "RUNNING"}, "previousState": "RUNNING"}                           | file
                    without-progress  | {"job": {"state": "RUNNING", "reason": "FINALIZING"}, "previousState": "RUNNING"}   | file queue
                    without-progress  | {"job": {"state": "RUNNING"}, "previousState": "RUNNING", "previousReason": "X"}    | file queue
                    without-progress  | {"job": {"state": "RUNNING", "anomalies": ["STUCK"]}, "previousState": "RUNNING"}   | file queue
                    without-progress  | {"watch": {}, "health": "OK"}                                                       | file queue
                    """)
    void a_router_sends_each_event_where_it_says(String recipe, String data, String destinations) throws Exception {
        List<String> reached = new ArrayList<>();
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.addComponent("outbox", new DirectComponent());
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    for (String name : List.of("file", "queue", "webhook")) {
                        from("outbox:" + name).process(exchange -> reached.add(name));
                    }
                }
            });
            PluginHelper.getRoutesLoader(context)
                    .loadRoutes(PluginHelper.getResourceLoader(context)
                            .resolveResource("file:" + FILES.resolve("routers/" + recipe + ".camel.yaml")));
            context.start();
            byte[] event = "{\"data\": %s}".formatted(data).getBytes(StandardCharsets.UTF_8);
            context.createProducerTemplate().sendBody("outbox:changes", event);
        }
        assertThat(reached.stream().collect(Collectors.joining(" "))).isEqualTo(destinations);
    }

    @Test
    void every_router_is_tried() throws IOException {
        String source = Files.readString(Path.of("src/test/java/io/jobrelay/docs/CookbookTest.java"));
        assertThat(RouteFile.filesBelow(FILES.resolve("routers"), ".camel.yaml"))
                .allSatisfy(file -> assertThat(source)
                        .contains(" " + file.getFileName().toString().replace(".camel.yaml", "") + " "));
    }
}
