package io.jobrelay.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.docs.Documents;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.component.mock.MockComponent;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.camel.test.junit5.TestExecutionConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Which change goes where: the shipped router, and those of the cookbook, into outboxes that are mocks. */
class RouterTest extends CamelTestSupport {
    private static final Path SHIPPED = Path.of("routes/router.camel.yaml");
    private static final Path COOKBOOK = Path.of("docs/cookbook/routers");

    static final List<String> EVENTS = """
            router           | {"job": {"state": "RUNNING", "terminal": false}}                                 | file
            router           | {"job": {"state": "SUCCEEDED", "terminal": true}}                                | amqp file kafka queue
            router           | {"job": {"state": "FAILED", "terminal": true}}                                   | amqp file kafka queue webhook
            router           | {"job": {"state": "PARTIALLY_SUCCEEDED", "terminal": true}}                      | amqp file kafka queue webhook
            router           | {"watch": {}, "health": "UNAUTHENTICATED"}                                       | file
            by-label         | {"job": {"state": "FAILED", "labels": {"team": "recsys"}}}                       | file webhook
            by-label         | {"job": {"state": "FAILED", "labels": {"team": "vision"}}}                       | file
            by-label         | {"watch": {}, "health": "OK"}                                                    | file
            by-state         | {"job": {"state": "FAILED", "terminal": true}}                                   | file webhook
            by-state         | {"job": {"state": "CANCELLED", "terminal": true}}                                | file queue
            by-state         | {"job": {"state": "RUNNING", "terminal": false}}                                 | file
            by-anomaly       | {"job": {"state": "RUNNING", "anomalies": ["END_BEFORE_START", "STUCK"]}}        | file webhook
            by-anomaly       | {"job": {"state": "RUNNING", "anomalies": ["END_BEFORE_START"]}}                 | file
            by-anomaly       | {"job": {"state": "RUNNING"}}                                                    | file
            by-anomaly       | {"watch": {}, "health": "UNAUTHENTICATED"}                                       | file webhook
            by-anomaly       | {"watch": {}, "health": "OK", "stale": true}                                     | file webhook
            by-anomaly       | {"watch": {}, "health": "TIMEOUT"}                                               | file
            without-progress | {"job": {"state": "QUEUED"}}                                                     | file queue
            without-progress | {"job": {"state": "RUNNING"}, "previousState": "QUEUED"}                         | file queue
            without-progress | {"job": {"state": "RUNNING"}, "previousState": "RUNNING"}                        | file
            without-progress | {"job": {"state": "RUNNING", "reason": "A"}, "previousState": "RUNNING"}         | file queue
            without-progress | {"job": {"state": "RUNNING"}, "previousState": "RUNNING", "previousReason": "A"} | file queue
            without-progress | {"job": {"state": "RUNNING", "anomalies": ["STUCK"]}, "previousState": "RUNNING"}| file queue
            without-progress | {"watch": {}, "health": "OK"}                                                    | file queue
            """.lines().toList();

    @Override
    public void configureTest(TestExecutionConfiguration configuration) {
        super.configureTest(configuration);
        configuration.withUseAdviceWith(true);
    }

    @Override
    protected void bindToRegistry(Registry registry) {
        registry.bind("outbox", new MockComponent());
    }

    @ParameterizedTest
    @FieldSource("EVENTS")
    void puts_each_event_into_the_outboxes_that_it_names(String row) throws Exception {
        String[] columns = row.split(" *\\| ", -1);
        PluginHelper.getRoutesLoader(context)
                .loadRoutes(PluginHelper.getResourceLoader(context).resolveResource("file:" + file(columns[0])));
        AdviceWith.adviceWith(context, "router", router -> router.replaceFromWith("direct:changes"));
        context.start();

        template.sendBody(
                "direct:changes", "{\"data\": %s}".formatted(columns[1]).getBytes(UTF_8));

        assertThat(context.getEndpoints().stream()
                        .filter(endpoint -> endpoint instanceof MockEndpoint mock && mock.getReceivedCounter() == 1)
                        .map(endpoint -> endpoint.getEndpointUri().replace("outbox://", "")))
                .containsExactlyInAnyOrder(columns[2].split(" ", -1));
    }

    @Test
    void every_router_is_tried() throws IOException {
        assertThat(EVENTS.stream().map(row -> file(row.split(" ", 2)[0])).distinct())
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(Stream.of(SHIPPED), Documents.filesBelow(COOKBOOK, ".camel.yaml").stream())
                                .toList());
    }

    private static Path file(String router) {
        return router.equals("router") ? SHIPPED : COOKBOOK.resolve(router + ".camel.yaml");
    }
}
