package io.jobrelay.camel.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.camel.config.Snapshots;
import io.jobrelay.camel.validation.DryRun;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.settings.Problem;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReloadPlanTest {
    private static final ConfigSnapshot SNAPSHOT = new ConfigSnapshot(
            Map.of(
                    "application.properties", """
                            folder=providers
                            zeta.api={{zeta.name}}
                            zeta.name=zeta
                            """,
                    "routes/providers/plain.jq", ".",
                    "routes/providers/acme.record.jq", ".",
                    "routes/providers/zeta.page.jq", ".",
                    "routes/plain.camel.yaml", """
                            - route:
                                id: plain
                                routeConfigurationId: policy
                                from:
                                  uri: direct:plain
                                  steps:
                                    - setBody:
                                        expression:
                                          jq:
                                            expression: resource:file:routes/{{folder}}/plain.jq
                            """,
                    "routes/policy.camel.yaml", """
                            - routeConfiguration:
                                id: policy
                                onException:
                                  - onException:
                                      exception:
                                        - java.lang.Exception
                                      handled:
                                        constant:
                                          expression: "true"
                                      steps:
                                        - stop: {}
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
                                          expression:
                                            jq:
                                              expression: resource:file:routes/{{folder}}/{{api}}.{{kind}}.jq
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
                            """,
                    "routes/hook.camel.yaml", """
                            - route:
                                id: hook
                                from:
                                  uri: outbox:hook
                                  parameters:
                                    concurrency: 4
                                  steps:
                                    - stop: {}
                            """),
            Map.of());

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "routes/providers/plain.jq | routes/plain.camel.yaml",
                "routes/providers/acme.record.jq | routes/acme.camel.yaml",
                "routes/providers/zeta.page.jq | routes/zeta.camel.yaml",
                "routes/providers/acme.page.jq | ",
                "routes/acme.camel.yaml | routes/acme.camel.yaml",
                "routes/template.camel.yaml | routes/acme.camel.yaml routes/template.camel.yaml routes/zeta.camel.yaml",
                "routes/policy.camel.yaml | routes/plain.camel.yaml routes/policy.camel.yaml",
                "folder | routes/acme.camel.yaml routes/plain.camel.yaml routes/zeta.camel.yaml",
                "zeta.name | routes/zeta.camel.yaml",
                "outbox:hook | routes/hook.camel.yaml"
            })
    void what_changed_takes_the_files_with_it_that_were_built_with_it(String changed, String files) {
        assertThat(files(SNAPSHOT, changed)).containsExactly(files == null ? new String[0] : files.split(" "));
    }

    @Test
    void a_bean_takes_those_with_it_that_name_it() {
        ConfigSnapshot snapshot =
                Snapshots.with(Snapshots.with(SNAPSHOT, "routes/bean.camel.yaml", """
                        - beans:
                            - name: acme-bean
                              type: java.lang.Object
                        """), "routes/user.camel.yaml", """
                        - route:
                            id: user
                            from:
                              uri: direct:user
                              steps:
                                - bean:
                                    ref: acme-bean
                                    method: toString
                        """);

        assertThat(files(snapshot, "routes/bean.camel.yaml"))
                .containsExactly("routes/bean.camel.yaml", "routes/user.camel.yaml");
    }

    private static Set<String> files(ConfigSnapshot snapshot, String changed) {
        DryRun.Result tried = DryRun.of(snapshot, Set.of(), Map.of(), new Secrets(), Clock.systemUTC());
        assertThat(tried.problems())
                .extracting(Problem::file)
                .as("it has no routes of the engine")
                .doesNotContainAnyElementsOf(snapshot.files());
        return ReloadPlan.of(snapshot, snapshot, Set.of(changed), tried.reads(), List.of())
                .files();
    }
}
