package io.jobrelay.camel.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.config.ConfigSnapshot;
import java.io.IOException;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReloadPlanTest {
    private static final Map<String, String> FILES = Map.of(
            "routes/plain.camel.yaml", """
                    - route:
                        id: plain
                        from:
                          uri: direct:plain
                          steps:
                            - setBody:
                                jq: resource:file:routes/{{folder}}/plain.jq
                    """,
            "routes/template.camel.yaml", """
                    - routeTemplate:
                        id: ask
                        parameters:
                          - name: api
                          - name: kind
                            defaultValue: record
                        route:
                          from:
                            uri: direct:{{api}}
                            steps:
                              - setBody:
                                  jq: resource:file:routes/{{folder}}/{{api}}.{{kind}}.jq
                    """,
            "routes/acme.camel.yaml", """
                    - templatedRoute:
                        routeId: acme
                        routeTemplateRef: ask
                        parameters:
                          - name: api
                            value: acme
                    """,
            "routes/zeta.camel.yaml", """
                    - templatedRoute:
                        routeId: zeta
                        routeTemplateRef: ask
                        parameters:
                          - name: api
                            value: "{{zeta.api}}"
                          - name: kind
                            value: page
                    """);

    @ParameterizedTest
    @CsvSource({
        "routes/providers/plain.jq, routes/plain.camel.yaml",
        "routes/providers/acme.record.jq, routes/acme.camel.yaml",
        "routes/providers/zeta.page.jq, routes/zeta.camel.yaml"
    })
    void a_mapping_affects_the_routes_that_name_it_through_placeholders(String mapping, String file)
            throws IOException {
        assertThat(affected(mapping)).containsExactly(file);
    }

    @Test
    void a_mapping_that_no_route_names_affects_none() throws IOException {
        assertThat(affected("routes/providers/acme.page.jq")).isEmpty();
    }

    private static Set<String> affected(String mapping) throws IOException {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            Properties properties = new Properties();
            properties.put("folder", "providers");
            properties.put("zeta.api", "zeta");
            context.getPropertiesComponent().setInitialProperties(properties);
            context.start();
            return ReloadPlan.files(
                    context, snapshot(mapping, "."), snapshot(mapping, ".job"), Set.of(), Set.of(), Set.of());
        }
    }

    private static ConfigSnapshot snapshot(String mapping, String text) {
        Map<String, String> texts = new TreeMap<>(FILES);
        texts.put(mapping, text);
        return new ConfigSnapshot(texts, Map.of());
    }
}
