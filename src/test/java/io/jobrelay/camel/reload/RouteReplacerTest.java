package io.jobrelay.camel.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.camel.validation.RouteFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.Consumer;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.service.ServiceHelper;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RouteReplacerTest {
    private static final String ROUTE = """
            - route:
                id: reader
                from:
                  uri: seda:work
                  parameters:
                    pollTimeout: 2000
                  steps:
                    - setBody:
                        simple: did ${body}
            - route:
                id: called
                errorHandler:
                  noErrorHandler: {}
                from:
                  uri: direct:called
                  steps:
                    - to:
                        uri: direct:part
            - route:
                id: part
                from:
                  uri: direct:part
                  steps:
                    - setBody:
                        simple: called did ${body}
            """;
    private static final String CALLER = """
            - route:
                id: caller
                from:
                  uri: direct:caller
                  steps:
                    - toD:
                        uri: direct:called
            """;

    @TempDir
    private Path directory;

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final RouteReplacer routes = new RouteReplacer(context, System::nanoTime);
    private final ProducerTemplate template = context.createProducerTemplate();
    private String file;

    @BeforeEach
    void loads() throws Exception {
        context.addComponent("direct", new UncachedDirectComponent());
        context.start();
        load("caller.camel.yaml", CALLER);
        file = load("reader.camel.yaml", ROUTE);
    }

    @AfterEach
    void stops() {
        context.stop();
    }

    @Test
    void what_a_suspended_reader_of_a_queue_still_takes_is_let_finish() throws Exception {
        // So long that it waits for a message when it is suspended; it may sleep as long before its first.
        file = load("other.camel.yaml", """
                - route:
                    id: other
                    from:
                      uri: seda:other
                      parameters:
                        pollTimeout: 10000
                      steps:
                        - setBody:
                            simple: did ${body}
                """);
        assertThat(ask("one")).isEqualTo("did one");

        Consumer reader = context.getRoute("other").getConsumer();
        CompletableFuture<Void> removed = CompletableFuture.runAsync(this::remove);
        Awaitility.await().until(() -> !ServiceHelper.isStarted(reader));

        assertThat(ask("two")).isEqualTo("did two");
        removed.join();
        assertThat(context.getRoute("other")).isNull();
    }

    /** Camel's own callers of one endpoint share what the first of them found there last, be it long gone. */
    @Test
    void callers_of_a_route_that_is_away_wait_for_the_new_one() throws Exception {
        assertThat(call("one")).isEqualTo("called did one");
        assertThat(context.getRoute("called")).isNotNull();

        remove();
        List<CompletableFuture<String>> calls = new ArrayList<>();
        for (String work : List.of("two", "three", "four")) {
            calls.add(CompletableFuture.supplyAsync(() -> call(work)));
            Awaitility.await().until(() -> context.getInflightRepository().size("caller") == calls.size());
        }
        routes.add(RouteFile.all(new ConfigSnapshot(Map.of(file, ROUTE), Map.of())));

        assertThat(calls.stream().map(CompletableFuture::join))
                .containsExactly("called did two", "called did three", "called did four");
    }

    @Test
    void a_route_of_a_template_is_built_with_the_mapping_as_it_is_now() throws Exception {
        load("template.camel.yaml", """
                - routeTemplate:
                    id: ask
                    parameters:
                      - name: api
                    route:
                      from:
                        uri: direct:{{api}}
                        steps:
                          - setBody:
                              jq:
                                expression: resource:file:%s/{{api}}.jq
                                resultType: java.lang.String
                """.formatted(directory));
        Path mapping = Files.writeString(directory.resolve("acme.jq"), "\"was \\(.)\"");
        String provider = """
                - templatedRoute:
                    routeId: poll-acme
                    routeTemplateRef: ask
                    parameters:
                      - name: api
                        value: acme
                """;
        String made = load("acme.camel.yaml", provider);
        assertThat(template.requestBody("direct:acme", "1", String.class)).contains("was");

        Files.writeString(mapping, "\"is \\(.)\"");
        routes.remove(RouteFile.all(new ConfigSnapshot(Map.of(made, provider), Map.of())));
        routes.add(RouteFile.all(new ConfigSnapshot(Map.of(made, provider), Map.of())));

        assertThat(template.requestBody("direct:acme", "1", String.class)).contains("is");
    }

    private String load(String name, String routes) throws Exception {
        Path path = Files.writeString(directory.resolve(name), routes);
        PluginHelper.getRoutesLoader(context)
                .loadRoutes(PluginHelper.getResourceLoader(context).resolveResource("file:" + path));
        return Path.of("").toAbsolutePath().relativize(path).toString();
    }

    private String call(String work) {
        return template.requestBody("direct:caller", work, String.class);
    }

    private String ask(String work) {
        return template.requestBody("seda:other?timeout=30000", work, String.class);
    }

    private void remove() {
        try {
            routes.remove(RouteFile.all(new ConfigSnapshot(Map.of(file, ROUTE), Map.of())));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
