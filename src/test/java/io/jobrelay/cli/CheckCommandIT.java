package io.jobrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.docs.Documents;
import io.jobrelay.testbed.JobrelayProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandIT {
    private static final String ROUTE = """
            - route:
                id: %1$s
                errorHandler:
                  noErrorHandler: {}
                from:
                  uri: direct:%1$s
                  steps:
            """;

    private static final String APIS = "the %d that 'jobrelay apis' lists"
            .formatted(Documents.filesBelow(Path.of("routes/providers"), ".camel.yaml")
                    .size());

    @TempDir
    Path directory;

    @TempDir
    Path temporary;

    @Test
    void a_fresh_clone_has_no_problem_and_is_left_as_it_was() throws Exception {
        Tree.copy(directory, "application.properties", "routes", "seeds", "tests");
        Set<Path> before = Tree.list(directory);

        JobrelayProcess check = JobrelayProcess.in(directory)
                .javaOptions(List.of("-Djava.io.tmpdir=" + temporary, "-XX:-UsePerfData"))
                .run("check");

        assertThat(check.lines())
                .containsExactly("application.properties:5: warning: jobrelay.watches: watches/*.yaml matches no file;"
                        + " watches may also come by the API");
        assertThat(check.log()).endsWith("0 problems, 1 warning\n");
        assertThat(check.status()).isZero();
        assertThat(Tree.list(directory)).isEqualTo(before);
        assertThat(Tree.list(temporary).toString()).doesNotContain("jobrelay");
    }

    @Test
    void a_test_that_fails_is_a_problem() throws Exception {
        Tree.copy(directory, "application.properties", "routes", "tests");
        edit(directory.resolve("routes/router.camel.yaml"), "PARTIALLY_SUCCEEDED", "CANCELLED");

        JobrelayProcess check = JobrelayProcess.in(directory).run("check");

        assertThat(check.lines())
                .filteredOn(line -> !line.contains(": warning: "))
                .containsExactly("tests/router.yaml:16: destinations: must be [amqp, file, kafka, queue, webhook],"
                        + " was [amqp, file, kafka, queue]");
        assertThat(check.log()).contains("1 problem");
        assertThat(check.status()).isEqualTo(1);
    }

    @Test
    void each_mistake_in_a_route_is_printed_with_its_line() throws Exception {
        Tree.copy(directory, "application.properties", "routes");
        file("watches/none.yaml", "");
        route("absent-bean", """
                - process:
                    ref: sign-nothing
                """);
        route("absent-class", """
                - bean:
                    beanType: io.jobrelay.Nothing
                """);
        route("absent-client", """
                - to:
                    uri: http:crm
                    parameters:
                      httpClientConfigurer: "#crm-client"
                """);
        route("absent-component", """
                - to:
                    uri: htp:crm
                """);
        route("absent-key", """
                - to:
                    uri: "http:{{crm.host}}"
                """);
        route("absent-language", """
                - setBody:
                    expression:
                      language:
                        language: uri-templat
                        expression: "{+endpoint}"
                """);
        route("absent-mapping", """
                - setBody:
                    expression:
                      jq:
                        expression: resource:file:routes/bad/absent.jq
                """);
        route("absent-method", """
                - bean:
                    ref: access-token
                    method: renews
                """);
        route("absent-option", """
                - to:
                    uri: seda:somewhere
                    parameters:
                      sise: 3
                """);
        route("absent-route", """
                - to:
                    uri: direct:huawei-res-jobs
                """);
        route("broken-jq", """
                - setBody:
                    expression:
                      jq:
                        expression: ".a | | .b"
                """);
        route("broken-mapping", """
                - setBody:
                    expression:
                      jq:
                        expression: resource:file:routes/bad/broken.jq
                """);
        file("routes/bad/broken.jq", "# The job.\n{a: .b,\n c: ]}\n");
        route("broken-simple", """
                - setBody:
                    expression:
                      simple:
                        expression: "${header.a"
                """);
        file("routes/bad/broken-template.camel.yaml", """
                - templatedRoute:
                    routeId: broken-template
                    routeTemplateRef: poll-provider
                    parameters:
                      - { name: api, value: broken-template }
                      - { name: uri, value: "{+endpoint}/{a" }
                """);
        route("broken-form", """
                - too:
                    uri: direct:broken-form
                """);
        file("routes/bad/broken-yaml.camel.yaml", "- route: [\n");
        file("routes/bad/empty.camel.yaml", "# Nothing yet.\n");
        file("routes/bad/absent-policy.camel.yaml", """
                - route:
                    id: absent-policy
                    routeConfigurationId: pol-policy
                    from:
                      uri: direct:absent-policy
                      steps:
                        - stop: {}
                """);
        file("routes/bad/broken-api.camel.yaml", """
                - beans:
                    - name: acme
                      type: io.jobrelay.watch.ProviderApi
                      properties:
                        name: later
                        requird: job
                """);
        file("routes/bad/broken-policy.camel.yaml", """
                - routeConfiguration:
                    id: broken-policy
                    onException:
                      - onException:
                          exception:
                            - java.lang.Exceptoin
                          handled:
                            constant:
                              expression: "true"
                """);
        route("later", """
                - stop: {}
                """);
        file("routes/bad/second.camel.yaml", ROUTE.formatted("later") + "- stop: {}\n".indent(8));

        JobrelayProcess check = JobrelayProcess.in(directory).run("check");

        assertThat(check.lines())
                .containsExactly(
                        "routes/bad/broken.jq:3: is not valid jq: ']' is not expected at line 3, column 5",
                        "routes/bad/broken-yaml.camel.yaml:2: not YAML: expected the node content, but found"
                                + " '<stream end>'",
                        "routes/bad/empty.camel.yaml: is empty",
                        "routes/bad/absent-bean.camel.yaml:9: no bean has the name 'sign-nothing'",
                        "routes/bad/absent-class.camel.yaml:9: there is no class io.jobrelay.Nothing",
                        "routes/bad/absent-client.camel.yaml:11: no bean has the name 'crm-client'",
                        "routes/bad/absent-component.camel.yaml:9: htp://crm: there is no component 'htp'",
                        "routes/bad/absent-key.camel.yaml:9: http:{{crm.host}}: application.properties has no"
                                + " 'crm.host'",
                        "routes/bad/absent-language.camel.yaml:11: there is no language 'uri-templat'",
                        "routes/bad/absent-mapping.camel.yaml:11: routes/bad/absent.jq does not exist",
                        "routes/bad/absent-method.camel.yaml:10: AccessTokenRoute has no method 'renews'",
                        "routes/bad/absent-option.camel.yaml:9: seda://somewhere?sise=3: the component has no option"
                                + " 'sise=3'",
                        "routes/bad/absent-policy.camel.yaml:3: routeConfigurationId: no routeConfiguration"
                                + " has the id pol-policy; did you mean 'poll-policy'?",
                        "routes/bad/absent-route.camel.yaml:9: direct:huawei-res-jobs: no route reads it;"
                                + " did you mean 'huawei-res-job'?",
                        "routes/bad/broken-api.camel.yaml:3: ProviderApi has no property 'requird' that can be 'job'",
                        "routes/bad/broken-form.camel.yaml:8: Camel's schema: $[0].route.from.steps[0]:"
                                + " 'too' is unknown here; did you mean 'to'?",
                        "routes/bad/broken-jq.camel.yaml:11: is not valid jq: '|' is not expected at line 1,"
                                + " column 6",
                        "routes/bad/broken-simple.camel.yaml:11: is not valid simple: expected symbol"
                                + " functionEnd but was eol",
                        "routes/bad/broken-template.camel.yaml:6: not a URI template that Jobrelay reads:"
                                + " '{+endpoint}/{a'; it reads {name}, {+name}, {?name,names*} and {&name}",
                        "routes/bad/second.camel.yaml:2: route: the id later is that of"
                                + " routes/bad/later.camel.yaml:2",
                        "routes/bad/second.camel.yaml:6: direct:later: routes/bad/later.camel.yaml:6 reads it already;"
                                + " let one route read it",
                        "routes/bad/broken-policy.camel.yaml:6: there is no class java.lang.Exceptoin");
        assertThat(check.log()).endsWith("22 problems\n");
        assertThat(check.status()).isEqualTo(1);
    }

    @Test
    void each_mistake_outside_routes_is_printed_with_its_line() throws Exception {
        Tree.copy(directory, "application.properties", "routes");
        Tree.copy(directory, "seeds/huawei-res-job");
        Path seed = directory.resolve("seeds/huawei-res-job");
        edit(seed.resolve("records/01-running.json"), "\"state\": \"RUNNING\"", "\"state\": \"RUNING\"");
        edit(seed.resolve("records/02-succeeded-documented.json"), "\"kind\": \"TRAINING\"", "\"kind\": \"DATA\"");
        file("seeds/huawei-res-job/replies/90-alone.json", "{}");
        file("seeds/huawei-res-job/records/91-alone.json", "{");
        file("seeds/huawei-res-job/errors/no-json.json", "{\n\"status\": 200,\n}");
        file("seeds/huawei-res-job/errors/no-kind.json", "{\"status\": 700, \"failure\": {\"kind\": \"BROKEN\"}}");
        file(
                "seeds/huawei-res-job/errors/no-reply.json",
                "{\"status\": 500, \"failure\": {\"kind\": \"UNAVAILABLE\"}}");
        file(
                "seeds/huawei-res-job/errors/other.json",
                "{\"status\": 403, \"text\": \"\", \"failure\": {\"kind\": \"NOT_FOUND\", \"code\": \"X\"}}");
        file("seeds/acme/watch.yaml", "- api: acme\n  account: huawei\n");
        file("seeds/empty/README.md", "Nothing yet.");
        file("watches/a.yaml", """
                - api: huawei-res-job
                  account: huawei
                  parameters: { project_id: p, job_id: j }
                - api: huawei-res-jo
                  account: huawei
                - api: huawei-res-job
                  account: huawei
                  parameters: { project_id: p, job_id: j }
                """);
        file("watches/b.yaml", "- api: [\n");
        String properties =
                Files.readString(Path.of("application.properties")).replace("jobrelay.poll.timeout=30s\n", "");
        Files.writeString(
                directory.resolve("application.properties"),
                "jobrelay.poll.timeuot=3s\njobrelay.poll.timeout=20s\njobrelay.poll.timeout=30s\n" + properties);

        JobrelayProcess check = JobrelayProcess.in(directory)
                .environment(Map.of("JOBRELAY_POLL_TIMEOUT", "long"))
                .run("check");

        assertThat(check.lines())
                .containsExactly(
                        "application.properties:1: jobrelay.poll.timeuot: unknown property; did you mean"
                                + " 'jobrelay.poll.timeout'?",
                        "application.properties:3: jobrelay.poll.timeout: must be a time above 0 and up"
                                + " to 10m with its unit, such as 30s, was 'long'",
                        "watches/a.yaml:4: api: must be one of " + APIS
                                + ", was 'huawei-res-jo'; did you mean 'huawei-res-job'?",
                        "watches/a.yaml:6: the same watch (api, account and parameters) stands in"
                                + " watches/a.yaml:1",
                        "watches/b.yaml:1: is not valid YAML: expected the node content, but found '<stream end>'",
                        "seeds/acme: has no route: routes/providers/acme.camel.yaml is not there",
                        "seeds/empty: has no route: routes/providers/empty.camel.yaml is not there",
                        "seeds/huawei-res-job/replies/90-alone.json: has no record in records/",
                        "seeds/huawei-res-job/records/91-alone.json: has no reply in replies/",
                        "seeds/huawei-res-job/records/01-running.json: the record's schema: $.state: does not"
                                + " have a value in the enumeration [\"UNKNOWN\", \"QUEUED\", \"STARTING\","
                                + " \"RUNNING\", \"PAUSED\", \"CANCELLING\", \"SUCCEEDED\", \"PARTIALLY_SUCCEEDED\","
                                + " \"FAILED\", \"CANCELLED\"]",
                        "seeds/huawei-res-job/records/01-running.json: /state: the mapping gives \"RUNNING\","
                                + " was \"RUNING\"",
                        "seeds/huawei-res-job/records/02-succeeded-documented.json: /kind: the mapping gives"
                                + " \"TRAINING\", was \"DATA\"",
                        "seeds/huawei-res-job/records/91-alone.json:1: is not valid JSON: Unexpected"
                                + " end-of-input: expected close marker for Object",
                        "seeds/huawei-res-job/errors/no-json.json:3: is not valid JSON: Unexpected character"
                                + " ('}' (code 125)): was expecting double-quote to start field name",
                        "seeds/huawei-res-job/errors/no-kind.json: status: must be an HTTP status, was 700",
                        "seeds/huawei-res-job/errors/no-kind.json: failure.kind: must be one of FORBIDDEN,"
                                + " MALFORMED, NOT_FOUND, REJECTED, THROTTLED, TIMEOUT, UNAUTHENTICATED, UNAVAILABLE,"
                                + " was \"BROKEN\"",
                        "seeds/huawei-res-job/errors/no-reply.json: must have the reply as 'body' (JSON) or"
                                + " 'text'",
                        "seeds/huawei-res-job/errors/other.json: failure.kind: the mapping gives 'FORBIDDEN',"
                                + " was 'NOT_FOUND'",
                        "seeds/huawei-res-job/errors/other.json: failure.code: the mapping gives 'null', was" + " 'X'",
                        "application.properties:3: warning: jobrelay.poll.timeout: stands in line 2 as well,"
                                + " where it counts for nothing: take one of them out",
                        "watches/a.yaml:1: warning: jobrelay.account.huawei.access-key and"
                                + " jobrelay.account.huawei.secret-key: required by signing=sdk-hmac-sha256, are not set");
        assertThat(check.log()).endsWith("19 problems, 2 warnings\n");
        assertThat(check.status()).isEqualTo(1);
    }

    @Test
    void a_cause_is_named_once_and_not_what_follows_from_it() throws Exception {
        Tree.copy(directory, "routes", "seeds");
        file("watches/a.yaml", """
                - api: huawei-res-job
                  account: huawei
                  parameters: { project_id: p, job_id: j }
                - api: otc-modelarts-dataset-sync
                  account: otc
                  parameters: { project_id: p, dataset_id: d }
                """);

        assertThat(check())
                .containsExactly(
                        "application.properties: is not there, and with it no account: 'jobrelay init' puts it back"
                                + " where it is missing");

        file(
                "application.properties",
                Files.readString(Path.of("application.properties"))
                        .replace("huawei.signing=sdk-hmac-sha256", "huawei.signing=sdk-hmac"));
        edit(
                directory.resolve("routes/providers/otc-modelarts-dataset-sync.camel.yaml"),
                "routeTemplateRef: poll-provider",
                "routeTemplateRef: poll-providers");
        assertThat(check())
                .hasSize(2)
                .anySatisfy(problem -> assertThat(problem)
                        .contains("jobrelay.account.huawei.signing: must be one of", "was 'sdk-hmac'"))
                .anySatisfy(problem -> assertThat(problem)
                        .contains("otc-modelarts-dataset-sync.camel.yaml", "did you mean 'poll-provider'?"));
    }

    private List<String> check() throws IOException, InterruptedException {
        JobrelayProcess check = JobrelayProcess.in(directory).run("check");
        assertThat(check.status()).isEqualTo(1);
        return check.lines();
    }

    private void route(String id, String step) throws IOException {
        file("routes/bad/" + id + ".camel.yaml", ROUTE.formatted(id) + step.indent(8));
    }

    private void file(String name, String text) throws IOException {
        Tree.write(directory.resolve(name), text);
    }

    private static void edit(Path file, String from, String to) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }
}
