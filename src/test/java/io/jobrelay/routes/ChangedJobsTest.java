package io.jobrelay.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.jobrelay.camel.Relay;
import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.MovableClock;
import io.jobrelay.testbed.RawServer;
import io.jobrelay.testbed.RawServer.Request;
import io.jobrelay.watch.Watch;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A list watch that asks what has changed since its last answer, whatever the number of jobs. */
class ChangedJobsTest {
    /** An API of one job, and a list that says less of it. */
    private static final String ROUTES = """
            - beans:
                - { name: acme-job, type: io.jobrelay.watch.ProviderApi, properties: { name: acme-job, kind: TRAINING, required: id } }
                - { name: acme-jobs, type: io.jobrelay.watch.ProviderApi, properties: { name: acme-jobs, kind: TRAINING, list: true, of: acme-job, lookBack: 1h, overlap: 2m } }
                - { name: ask-for-job, type: io.jobrelay.camel.provider.MakeRequest, properties: { uri: "{+endpoint}/jobs/{id}" } }
                - { name: ask-for-jobs, type: io.jobrelay.camel.provider.MakeRequest, properties: { uri: "{+endpoint}/jobs?since={since}" } }
            - route:
                id: acme-job
                errorHandler: { noErrorHandler: {} }
                from:
                  uri: direct:acme-job
                  steps:
                    - filter:
                        expression: { simple: { expression: "${variable.found} == null" } }
                        steps:
                          - process: { ref: ask-for-job }
                          - to: { uri: "direct:call-provider" }
                    - process: { ref: parse-reply }
                    - process: { ref: require-success }
                    - setBody:
                        jq:
                          expression: |-
                            {key: [$watch.parameters.id], provider: {name: "Acme", service: "Jobs"}, providerState: .state,
                              state: {"run": "RUNNING", "bad": "FAILED"}[.state], message: .why, raw: .}
                    - process: { ref: to-records }
            - route:
                id: acme-jobs
                errorHandler: { noErrorHandler: {} }
                from:
                  uri: direct:acme-jobs
                  steps:
                    - process: { ref: set-since }
                    - process: { ref: ask-for-jobs }
                    - to: { uri: "direct:call-provider" }
                    - process: { ref: parse-reply }
                    - process: { ref: require-success }
                    - setBody: { jq: { expression: ".jobs | map({parameters: {id}, reply: ., describe: (.state == \\"bad\\")})" } }
                    - process: { ref: poll-each }
            """;

    private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");
    private static final String JOBS = "select id || ' ' || state from job where watch_id = ? order by id";

    private static final MovableClock clock = new MovableClock(START);
    private static final RawServer provider = new RawServer();
    private static final Map<String, String> replies = new ConcurrentHashMap<>();

    @TempDir
    private static Path directory;

    private static LedgerView ledger;
    private static Relay relay;

    @BeforeAll
    static void start() throws IOException {
        Files.writeString(directory.resolve("acme.camel.yaml"), ROUTES);
        ledger = new LedgerView(directory.resolve("ledger.db"));
        Map<String, String> overrides = new HashMap<>(TestWatches.account("acme", provider.url(), "none"));
        overrides.put("jobrelay.ledger.url", ledger.url());
        overrides.put("jobrelay.watches", directory + "/none/*.yaml");
        overrides.put(
                "camel.main.routes-include-pattern",
                "file:routes/templates/*.camel.yaml,file:routes/providers/airflow-*.camel.yaml,"
                        + "file:routes/signing/*.camel.yaml,file:routes/policies/*.camel.yaml,file:routes/poll.camel.yaml,"
                        + "file:" + directory + "/*.camel.yaml");
        relay = TestWatches.polling(overrides, clock);
    }

    @AfterAll
    static void stop() {
        relay.close();
        provider.close();
    }

    @BeforeEach
    void watch_nothing() {
        relay.engine().watches().replace("list", List.of());
        replies.clear();
        serve();
    }

    /** Counts requests from here on. */
    private static void serve() {
        provider.answer((request, client) -> {
            String body = replies.get(request.path());
            RawServer.send(
                    client,
                    RawServer.whole(
                            body == null ? 404 : 200, String.valueOf(body).getBytes(UTF_8)));
        });
    }

    @Test
    void asks_since_the_last_answer_less_the_overlap_and_at_first_as_far_back_as_its_file_says() {
        Instant first = clock.instant();
        replies.put("/api/v2/dags/~/dagRuns", runs("recall", "running"));
        Watch list = watch("{ api: airflow-dag-runs, account: acme, parameters: { dag_id: '~' }, every: 10s..10s }");

        ledger.awaitRow("airflow-dag-run/acme/recall/r1 RUNNING", JOBS, list.id());
        assertThat(since("updated_at_gte"))
                .containsExactly(first.minus(Duration.ofHours(24)).toString());

        serve();
        replies.put("/api/v2/dags/~/dagRuns", runs("rank", "queued"));
        clock.advance(Duration.ofSeconds(10));
        await().atMost(Duration.ofSeconds(15))
                .until(() -> ledger.rows(JOBS, list.id()).contains("airflow-dag-run/acme/rank/r1 QUEUED"));

        assertThat(ledger.rows(JOBS, list.id())).contains("airflow-dag-run/acme/recall/r1 RUNNING");
        assertThat(since("updated_at_gte"))
                .element(0)
                .isEqualTo(first.minus(Duration.ofMinutes(5)).toString());
    }

    @Test
    void describes_a_job_that_has_ended_once_and_keeps_what_the_list_says_of_the_others() {
        replies.put("/jobs", "{\"jobs\": [{\"id\": \"a\", \"state\": \"run\"}, {\"id\": \"b\", \"state\": \"bad\"}]}");
        replies.put("/jobs/b", "{\"id\": \"b\", \"state\": \"bad\", \"why\": \"out of memory\"}");
        Watch list = watch("{ api: acme-jobs, account: acme, parameters: {}, every: 10s..10s }");

        await().atMost(Duration.ofSeconds(15))
                .until(() -> ledger.rows(JOBS, list.id())
                        .equals(List.of("acme-job/acme/a RUNNING", "acme-job/acme/b FAILED")));
        assertThat(record("acme-job/acme/b")).contains("out of memory");
        assertThat(asked()).containsExactly("/jobs", "/jobs/b");

        serve();
        replies.put("/jobs", "{\"jobs\": [{\"id\": \"b\", \"state\": \"bad\"}, {\"id\": \"c\", \"state\": \"run\"}]}");
        clock.advance(Duration.ofSeconds(10));
        await().atMost(Duration.ofSeconds(15))
                .until(() -> ledger.rows(JOBS, list.id()).size() == 3);

        assertThat(asked()).containsExactly("/jobs");
        assertThat(record("acme-job/acme/b")).contains("out of memory");
    }

    @Test
    void keeps_what_the_list_says_of_a_job_that_cannot_be_described() {
        replies.put("/jobs", "{\"jobs\": [{\"id\": \"gone\", \"state\": \"bad\"}]}");
        Watch list = watch("{ api: acme-jobs, account: acme, parameters: {}, every: 10s..10s }");

        ledger.awaitRow("FAILED", "select state from job where watch_id = ? and id like '%/gone'", list.id());
    }

    private static Watch watch(String yaml) {
        Watch watch = TestWatches.watch(relay, yaml);
        relay.engine().watches().replace("list", List.of(watch));
        return watch;
    }

    private static String runs(String dag, String state) {
        return "{\"dag_runs\": [{\"dag_id\": \"%s\", \"dag_run_id\": \"r1\", \"state\": \"%s\"}], \"total_entries\": 1}"
                .formatted(dag, state);
    }

    private static String record(String id) {
        return ledger.rows("select record from job join job_record using (id) where id = ?", id)
                .get(0);
    }

    private static List<String> asked() {
        return provider.requests().stream().map(Request::path).toList();
    }

    /** Of the requests since the last look. */
    private static List<String> since(String parameter) {
        return provider.requests().stream()
                .map(request -> URLDecoder.decode(
                        request.query().replaceAll("(^|.*&)" + parameter + "=([^&]*).*", "$2"), UTF_8))
                .toList();
    }
}
