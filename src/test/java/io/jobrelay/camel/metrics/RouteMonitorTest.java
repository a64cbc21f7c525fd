package io.jobrelay.camel.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.ledger.Destinations;
import io.jobrelay.ledger.LedgerDatabase;
import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.status.RouteFlow;
import io.jobrelay.status.RouteFlow.Stage;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Set;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RouteMonitorTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final String ROUTES = """
            - route:
                id: acme
                description: Asks Acme.
                from:
                  uri: direct:acme
                  steps:
                    - choice:
                        when:
                          - expression:
                              simple:
                                expression: ${body} == 'bad'
                            steps:
                              - throwException:
                                  exceptionType: java.lang.IllegalStateException
                                  message: bad
                    - to:
                        uri: log://acme:hush@acme.example
                        parameters:
                          groupSize: 10
                    - toD:
                        uri: direct:${body}
            - route:
                id: step
                from:
                  uri: direct:step
                  steps:
                    - setBody:
                        constant: done
            """;

    @TempDir
    private Path directory;

    private final DefaultCamelContext context = new DefaultCamelContext();
    private LedgerDatabase database;
    private RouteMonitor routes;

    @BeforeEach
    void starts() throws Exception {
        database = LedgerDatabase.open(new LedgerSettings("jdbc:sqlite:" + directory.resolve("ledger.db")));
        routes = new RouteMonitor(
                context,
                () -> Set.of("acme"),
                new Destinations(database, Clock.fixed(NOW, ZoneOffset.UTC)),
                Clock.fixed(NOW, ZoneOffset.UTC));
        context.start();
        load();
    }

    @AfterEach
    void stops() {
        context.stop();
        database.close();
    }

    private void load() throws Exception {
        PluginHelper.getRoutesLoader(context).updateRoutes(ResourceHelper.fromString("acme.camel.yaml", ROUTES));
    }

    @Test
    void tells_what_a_route_is_and_counts_what_goes_through() {
        context.createProducerTemplate().sendBody("direct:acme", "step");
        context.createProducerTemplate()
                .send("direct:acme", exchange -> exchange.getMessage().setBody("bad"));

        RouteFlow acme = acme();
        assertThat(acme.stage()).isEqualTo(Stage.PROVIDER);
        assertThat(acme.description()).isEqualTo("Asks Acme.");
        assertThat(acme.from()).isEqualTo("direct:acme");
        assertThat(acme.to()).as("without who asks").containsExactly("log:acme.example", "direct:${body}");
        assertThat(acme.state()).isEqualTo("Started");
        assertThat(acme.exchanges()).isEqualTo(2);
        assertThat(acme.failed()).isOne();
        assertThat(acme.inflight()).isZero();
        assertThat(acme.lastFailureTime()).isEqualTo(NOW);
        RouteFlow step = routes.flow().routes().get(1);
        assertThat(step.stage()).isEqualTo(Stage.PART);
        assertThat(step.exchanges()).isOne();
        assertThat(step.lastFailureTime()).isNull();
    }

    @Test
    void a_route_of_a_template_is_told_with_its_parameters() throws Exception {
        PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.fromString("template.camel.yaml", """
                - routeTemplate:
                    id: ask
                    parameters:
                      - name: api
                      - name: ask
                        defaultValue: step
                    route:
                      description: Asks a provider.
                      from:
                        uri: direct:{{api}}
                        steps:
                          - to:
                              uri: direct:{{ask}}
                          - to:
                              uri: log:{{api}}
                - templatedRoute:
                    routeId: other
                    routeTemplateRef: ask
                    parameters:
                      - name: api
                        value: other
                """));

        RouteFlow other = routes.flow().routes().stream()
                .filter(route -> route.id().equals("other"))
                .findFirst()
                .orElseThrow();
        assertThat(other.description()).isEqualTo("Asks a provider.");
        assertThat(other.from()).isEqualTo("direct:other");
        assertThat(other.to()).containsExactly("direct:step", "log:{{api}}");
    }

    @Test
    void a_route_that_is_loaded_anew_begins_anew_and_one_that_is_removed_is_gone() throws Exception {
        context.createProducerTemplate().sendBody("direct:acme", "step");
        load();
        assertThat(acme().exchanges()).isZero();
        context.createProducerTemplate().sendBody("direct:acme", "step");
        assertThat(acme().exchanges()).isOne();

        context.getRouteController().stopRoute("acme");
        assertThat(acme().state()).isEqualTo("Stopped");
        context.removeRoute("acme");
        assertThat(routes.flow().routes()).extracting(RouteFlow::id).containsExactly("step");
    }

    private RouteFlow acme() {
        return routes.flow().routes().get(0);
    }
}
