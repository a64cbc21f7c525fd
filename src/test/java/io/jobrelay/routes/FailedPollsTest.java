package io.jobrelay.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.Relay;
import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.MovableClock;
import io.jobrelay.testbed.RawServer;
import io.jobrelay.watch.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the engine makes of polls that fail. */
class FailedPollsTest {
    private static final String ENDS = """
            - beans:
                - { name: ends-without-body, type: io.jobrelay.watch.ProviderApi, properties: { name: ends-without-body, required: id } }
                - { name: ends-with-text, type: io.jobrelay.watch.ProviderApi, properties: { name: ends-with-text, required: id } }
                - { name: ends-with-reply, type: io.jobrelay.watch.ProviderApi, properties: { name: ends-with-reply, required: id } }
                - { name: ends-with-list, type: io.jobrelay.watch.ProviderApi, properties: { name: ends-with-list, required: id } }
                - { name: ask-for-id, type: io.jobrelay.camel.provider.MakeRequest, properties: { uri: "{+endpoint}/{id}" } }
                - { name: never-ends, type: io.jobrelay.watch.ProviderApi, properties: { name: never-ends, required: id } }
            - route:
                id: never-ends
                errorHandler: { noErrorHandler: {} }
                from:
                  uri: direct:never-ends
                  steps:
                    - setBody: { jq: { expression: "def endless: [endless]; endless", source: "variable:watch" } }
            - route:
                id: ends-without-body
                errorHandler: { noErrorHandler: {} }
                from:
                  uri: direct:ends-without-body
                  steps:
                    - setBody: { simple: { expression: "${null}" } }
            - route:
                id: ends-with-text
                errorHandler: { noErrorHandler: {} }
                from:
                  uri: direct:ends-with-text
                  steps:
                    - setBody: { constant: { expression: done } }
            - route:
                id: ends-with-reply
                errorHandler: { noErrorHandler: {} }
                from:
                  uri: direct:ends-with-reply
                  steps:
                    - process: { ref: ask-for-id }
                    - to: { uri: "direct:call-provider" }
                    - process: { ref: parse-reply }
            - route:
                id: ends-with-list
                errorHandler: { noErrorHandler: {} }
                from:
                  uri: direct:ends-with-list
                  steps:
                    - to: { uri: "direct:ends-with-reply" }
                    - setBody: { simple: { expression: "${body}", resultType: java.util.List } }
            """;
    private static final String HEALTH = "select health, failures from watch where id = ?";

    private static final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));
    private static final RawServer provider = new RawServer();
    private static final RawServer healthy = new RawServer();

    @TempDir
    private static Path directory;

    private static LedgerView ledger;
    private static Relay relay;

    @BeforeAll
    static void start() throws IOException {
        Files.writeString(directory.resolve("ends.camel.yaml"), ENDS);
        ledger = new LedgerView(directory.resolve("ledger.db"));
        Map<String, String> overrides = new HashMap<>(TestWatches.accountsAt(provider.url()));
        overrides.putAll(TestWatches.account("healthy", healthy.url(), "none"));
        overrides.put("jobrelay.ledger.url", ledger.url());
        overrides.put("jobrelay.poll.concurrency", "2");
        overrides.put("jobrelay.watches", directory + "/none/*.yaml");
        overrides.put(
                "camel.main.routes-include-pattern",
                "file:routes/templates/*.camel.yaml,file:routes/providers/*.camel.yaml,file:routes/signing/*.camel.yaml,file:routes/policies/*.camel.yaml,"
                        + "file:routes/poll.camel.yaml,file:" + directory + "/*.camel.yaml");
        healthy.reply(200, "{\"is_success\": true, \"job\": {\"job_status\": \"SUCCEEDED\"}}");
        relay = TestWatches.polling(overrides, clock);
    }

    @AfterAll
    static void stop() {
        relay.close();
        provider.close();
        healthy.close();
    }

    @Test
    void keeps_a_malformed_reply_whole_and_polls_the_next_watch() {
        provider.reply(200, "<html>中</html>", "Content-Type: text/html");
        Watch bad = watch("huawei", "bad");
        Watch good = watch("healthy", "good");

        relay.engine().watches().replace("malformed", List.of(bad, good));

        ledger.awaitRow("MALFORMED 1", HEALTH, bad.id());
        ledger.awaitRow("SUCCEEDED", "select state from job where watch_id = ?", good.id());
        assertThat(ledger.rows(
                        "select http_status, content_type, cause, cast(body as text) from unreadable_reply where watch_id = ?",
                        bad.id()))
                .containsExactly("200 text/html the reply is not JSON but text/html <html>中</html>");
        assertThat(ledger.rows("select id from job where watch_id = ?", bad.id()))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "ends-without-body, nothing, ''",
        "ends-with-text, String, ''",
        "ends-with-reply, ObjectNode, '200 {\"job\": {}}'",
        "ends-with-list, LinkedList, '200 {\"job\": {}}'"
    })
    void a_route_that_ends_without_records_is_malformed_and_backs_off(String api, String end, String kept) {
        provider.reply(200, "{\"job\": {}}");
        Watch watch = TestWatches.watch(relay, "{ api: %s, account: huawei, parameters: { id: a } }".formatted(api));

        relay.engine().watches().replace(api, List.of(watch));

        ledger.awaitRow("MALFORMED 1", HEALTH, watch.id());
        assertThat(ledger.rows("select failure from watch where id = ?", watch.id()))
                .singleElement()
                .asString()
                .contains("the provider's route must end with to-records, it ended with " + end);
        assertThat(ledger.rows("select due_at > ? from watch where id = ?", "" + clock.millis(), watch.id()))
                .containsExactly("1");
        assertThat(ledger.rows(
                        "select http_status, cast(body as text) from unreadable_reply where watch_id = ?", watch.id()))
                .isEqualTo(kept.isEmpty() ? List.of() : List.of(kept));
    }

    /** More of them than there are workers: none of those is lost. */
    @Test
    void a_mapping_that_runs_out_of_stack_is_a_failure_like_others() {
        List<Watch> endless = IntStream.range(0, 3)
                .mapToObj(id -> TestWatches.watch(
                        relay, "{ api: never-ends, account: huawei, parameters: { id: %d } }".formatted(id)))
                .toList();
        Watch good = watch("healthy", "after");

        relay.engine().watches().replace("endless", endless);
        endless.forEach(watch -> ledger.awaitRow("REJECTED 1", HEALTH, watch.id()));
        relay.engine().watches().replace("after", List.of(good));

        ledger.awaitRow("SUCCEEDED", "select state from job where watch_id = ?", good.id());
    }

    @Test
    void waits_as_long_as_the_provider_asks() {
        provider.reply(429, "{}", "Retry-After: 7200");
        Watch throttled = watch("huawei", "throttled");

        relay.engine().watches().replace("throttled", List.of(throttled));

        ledger.awaitRow("THROTTLED 1", HEALTH, throttled.id());
        assertThat(ledger.rows("select due_at from watch where id = ?", throttled.id()))
                .containsExactly(Long.toString(clock.instant().plusSeconds(7200).toEpochMilli()));
    }

    private static Watch watch(String account, String job) {
        return TestWatches.watch(
                relay,
                "{ api: huawei-res-job, account: %s, parameters: { project_id: p, job_id: %s } }"
                        .formatted(account, job));
    }
}
