package io.jobrelay.routes;

import static io.jobrelay.testbed.RawServer.bytes;
import static io.jobrelay.testbed.RawServer.endless;
import static io.jobrelay.testbed.RawServer.last;
import static io.jobrelay.testbed.RawServer.resetAfter;
import static io.jobrelay.testbed.RawServer.send;
import static io.jobrelay.testbed.RawServer.whole;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.Relay;
import io.jobrelay.job.JobRecord;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.MovableClock;
import io.jobrelay.testbed.RawServer;
import io.jobrelay.testbed.RawServer.Answer;
import io.jobrelay.watch.Watch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a provider can do to the whole polling line, on a real socket; {@link PollFailuresTest} has what a poll makes of it. */
@Timeout(120)
class HostileProvidersTest {
    private static final String HEALTH = "select health, failures from watch where id = ?";
    private static final int REPLY_LIMIT = 2_000_000;

    private static final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));
    private static final RawServer provider = new RawServer();
    private static final RawServer healthy = new RawServer();
    private static final RawServer throttling = new RawServer();
    private static final AtomicInteger jobs = new AtomicInteger();

    @TempDir
    private static Path directory;

    private static LedgerView ledger;
    private static Relay relay;
    private static Relay throttled;
    private static int threads;

    @BeforeAll
    static void start() {
        ledger = new LedgerView(directory.resolve("ledger.db"));
        Map<String, String> overrides = new HashMap<>(TestWatches.accountsAt(provider.url()));
        overrides.putAll(TestWatches.account("healthy", healthy.url(), "none"));
        overrides.put("jobrelay.ledger.url", ledger.url());
        overrides.put("jobrelay.watches", directory + "/none/*.yaml");
        overrides.put("jobrelay.poll.timeout", "500ms");
        overrides.put("jobrelay.poll.concurrency", "4");
        overrides.put("jobrelay.poll.reply-limit", Integer.toString(REPLY_LIMIT));
        relay = TestWatches.polling(overrides, clock);
        healthy.reply(200, good());
        // Its clock stands still, since replies name times.
        throttled = Relay.start(
                Relay.Scope.PROVIDERS,
                TestWatches.accountsAt(throttling.url()),
                new MovableClock(Instant.parse("2026-11-22T10:00:00Z")),
                change -> {});
        threads = Thread.activeCount();
    }

    @AfterAll
    static void stop() {
        relay.close();
        provider.close();
        healthy.close();
        throttled.close();
        throttling.close();
        assertThat(Thread.activeCount()).as("threads").isLessThan(threads + 10);
    }

    @SuppressWarnings("ImmutableEnumChecker") // an answer is a lambda without a state
    enum Fault {
        STALLS_BEFORE_THE_FIRST_BYTE(FailureKind.TIMEOUT, (request, client) -> {}),
        STALLS_WITHIN_THE_STATUS(FailureKind.TIMEOUT, bytes("HTTP/1.1 20")),
        STALLS_WITHIN_THE_HEADERS(FailureKind.TIMEOUT, bytes("HTTP/1.1 200 OK\r\nContent-Le")),
        STALLS_WITHIN_THE_BODY(FailureKind.TIMEOUT, bytes("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"job\"")),
        STALLS_WITHIN_A_CHUNK(
                FailureKind.TIMEOUT, bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"jo")),
        CONTINUES_FOR_EVER(FailureKind.TIMEOUT, forEver("", "HTTP/1.1 100 Continue\r\n\r\n")),
        SENDS_HEADERS_WITHOUT_END(FailureKind.UNAVAILABLE, forEver("HTTP/1.1 200 OK\r\n", "X-More: and more\r\n")),
        SENDS_A_HEADER_WITHOUT_END(FailureKind.UNAVAILABLE, forEver("HTTP/1.1 200 OK\r\nX-Long: ", "and more ")),
        SENDS_CHUNKS_WITHOUT_END(
                FailureKind.MALFORMED,
                forEver(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                        "400\r\n" + " ".repeat(1024) + "\r\n")),
        SENDS_TRAILERS_WITHOUT_END(
                FailureKind.UNAVAILABLE,
                forEver(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n",
                        "X-More: and more\r\n")),
        RESETS_WITHIN_THE_HEADERS(FailureKind.UNAVAILABLE, resetAfter("HTTP/1.1 200 OK\r\nConte")),
        SPEAKS_ANOTHER_PROTOCOL(FailureKind.UNAVAILABLE, last("SSH-2.0-OpenSSH_9.2p1 Debian\r\n\r\n")),
        HAS_NO_SUCH_STATUS(FailureKind.UNAVAILABLE, last("HTTP/1.1 abc OK\r\n\r\n")),
        SENDS_TOO_LITTLE_OF_ITS_LENGTH(
                FailureKind.UNAVAILABLE, last("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + good())),
        SENDS_MORE_THAN_ITS_LENGTH(
                FailureKind.MALFORMED, bytes("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n" + good())),
        HAS_A_NEGATIVE_LENGTH(FailureKind.UNAVAILABLE, last("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n" + good())),
        HAS_NO_NUMBER_FOR_A_LENGTH(
                FailureKind.UNAVAILABLE, last("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n" + good())),
        HAS_A_LENGTH_OVER_THE_LIMIT(
                FailureKind.MALFORMED, bytes("HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n" + good())),
        HAS_CHUNKS_OF_NO_SIZE(
                FailureKind.UNAVAILABLE,
                last("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")),
        IS_A_GZIP_BOMB(FailureKind.MALFORMED, reply(gzip(" ".repeat(50_000_000)), "Content-Encoding: gzip")),
        IS_NO_GZIP(FailureKind.UNAVAILABLE, reply(good().getBytes(UTF_8), "Content-Encoding: gzip")),
        IS_CODED_IN_AN_UNKNOWN_WAY(
                FailureKind.MALFORMED, reply(new byte[] {(byte) 0xce, (byte) 0xb2, 1}, "Content-Encoding: zstd")),
        IS_HTML(FailureKind.MALFORMED, body("<html>Sign in</html>")),
        IS_EMPTY(FailureKind.MALFORMED, body("")),
        IS_NULL(FailureKind.MALFORMED, body("null")),
        IS_AN_EMPTY_OBJECT(FailureKind.MALFORMED, body("{}")),
        IS_AN_EMPTY_LIST(FailureKind.MALFORMED, body("[]")),
        IS_NOT_A_NUMBER(FailureKind.MALFORMED, body("{\"job\": {\"job_status\": NaN}}")),
        IS_100_000_LEVELS_DEEP(FailureKind.MALFORMED, body(nested(100_000))),
        IS_AS_DEEP_AS_JACKSON_READS_BUT_NO_LONGER_WRITES(FailureKind.MALFORMED, body(nested(997))),
        IS_A_NUMBER_OF_10_000_DIGITS(FailureKind.MALFORMED, body(with("9".repeat(10_000)))),
        HAS_A_NAME_OF_A_MEGABYTE(
                FailureKind.MALFORMED,
                body("{\"" + "n".repeat(1_000_000) + "\": 1, \"job\": {\"job_status\": \"RUNNING\"}}")),
        IS_IN_UTF_32_OF_NO_CHARACTERS(FailureKind.MALFORMED, reply(new byte[] {0, 0x7f, 0, '{', 0x7f, 0, 0, '}'}));

        private final FailureKind kind;
        private final Answer answer;

        Fault(FailureKind kind, Answer answer) {
            this.kind = kind;
            this.answer = answer;
        }
    }

    @ParameterizedTest
    @EnumSource
    void fails_its_own_watch_only_until_the_next_good_answer(Fault fault) {
        provider.answer(fault.answer);
        int number = jobs.incrementAndGet();
        Watch bad = watch("huawei", "bad-" + number);
        Watch good = watch("healthy", "good-" + number);

        relay.engine().watches().replace("hostile", List.of(bad, good));

        ledger.awaitRow(fault.kind + " 1", HEALTH, bad.id());
        ledger.awaitRow("RUNNING", "select state from job where watch_id = ?", good.id());
        assertThat(ledger.rows("select id from job where watch_id = ?", bad.id()))
                .isEmpty();
        assertThat(provider.requests()).as("one request a poll").hasSize(1);
        for (String size : ledger.rows("select length(body) from unreadable_reply where watch_id = ?", bad.id())) {
            assertThat(Integer.parseInt(size)).isLessThanOrEqualTo(REPLY_LIMIT);
        }

        provider.reply(200, good());
        clock.advance(Duration.ofHours(1));

        ledger.awaitRow("OK 0", HEALTH, bad.id());
        ledger.awaitRow("RUNNING 1", "select state, sequence from job where watch_id = ?", bad.id());
    }

    /** Of two jobs whose replies name none, the one must not get what was left over of the other's. */
    @Test
    void what_a_reply_leaves_behind_is_not_the_next_reply() {
        String left = "{\"Status\": \"Running\"}";
        byte[] next = whole(200, "{\"Status\": \"Failed\"}".getBytes(UTF_8));
        provider.answer((request, client) -> {
            ByteArrayOutputStream both = new ByteArrayOutputStream();
            both.writeBytes(whole(200, left.getBytes(UTF_8)));
            both.writeBytes(next);
            send(client, both.toByteArray());
        });
        for (int poll = 0; poll < 3; poll++) {
            assertThat(relay.providers()
                            .poll(watch("alibaba-pai-dataset-job", "alibaba", "DatasetId: d, DatasetJobId: " + poll)))
                    .extracting(JobRecord::providerState)
                    .containsExactly("Running");
        }
    }

    /** Far too large, and read all the same: it is within the limit, and what it holds is nobody's business but its own. */
    @Test
    void takes_a_large_reply_for_what_it_is() {
        provider.reply(200, with("\"" + "x".repeat(1_900_000) + "\""));
        Watch large = watch("huawei", "large");

        relay.engine().watches().replace("large", List.of(large));

        ledger.awaitRow("RUNNING", "select state from job where watch_id = ?", large.id());
        relay.engine().watches().replace("large", List.of());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            120                                     | 120
            Sun, 22 Nov 2026 10:02:00 GMT           | 120
            Sunday, 22-Nov-26 10:02:00 GMT          | 120
            1000000000                              | 86400
            99999999999999999999999999999999        | 86400
            Fri, 31 Dec 9999 23:59:59 GMT           | 86400
            -120                                    | none
            Sun, 22 Nov 2026 09:00:00 GMT           | none
            soon                                    | none
            1.5                                     | none
            2026-11-22T10:02:00Z                    | none
            ''                                      | none
            """)
    void waits_as_long_as_it_is_asked_to_and_a_day_at_most(String header, String seconds) {
        for (int status : new int[] {429, 503}) {
            throttling.reply(status, "{}", "Retry-After: " + header);

            PollFailure failure = TestWatches.failure(throttled, watch("huawei", "throttled"));

            assertThat(failure.kind()).isEqualTo(status == 429 ? FailureKind.THROTTLED : FailureKind.UNAVAILABLE);
            assertThat(failure.retryAfter())
                    .isEqualTo(seconds.equals("none") ? null : Duration.ofSeconds(Long.parseLong(seconds)));
        }
    }

    /** Ids in the order of: API, account, parameters; then what came instead. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            huawei-res-job             | huawei  | project_id: p, job_id: j     | {"job": {"project_id": "p", "job_id": "other", "job_status": "SUCCEEDED"}}          | job_id
            huawei-res-job             | huawei  | project_id: p, job_id: j     | {"job": {"project_id": "other", "job_id": "j", "job_status": "SUCCEEDED"}}          | project_id
            huawei-res-job             | huawei  | project_id: p, job_id: j     | {"job": {"job_id": ["j"], "job_status": "SUCCEEDED"}}                               | job_id
            otc-modelarts-dataset-sync | otc     | project_id: p, dataset_id: d | {"dataset_id": "D", "status": "COMPLETED", "task_id": "t"}                          | dataset_id
            huawei-octopus-system-jobs | octopus | project_id: p                | {"payload": {"list": [{"id": 1, "project_id": "other", "status": "RUNNING"}]}}     | project_id
            huawei-octopus-system-jobs | octopus | project_id: p, id: 7         | {"payload": {"list": [{"id": 7, "status": "RUNNING"}, {"id": 8, "status": "RUNNING"}]}} | id
            huawei-octopus-system-jobs | octopus | project_id: p, data_id: d    | {"payload": {"list": [{"id": 7, "data_id": "other", "status": "RUNNING"}]}}        | data_id
            huawei-octopus-system-jobs | octopus | project_id: p, workspace_id: 5 | {"payload": {"list": [{"id": 7, "workspace_id": "6", "status": "RUNNING"}]}}     | workspace_id
            huawei-octopus-system-jobs | octopus | "project_id: p, job_types: [A, B]" | {"payload": {"list": [{"id": 7, "job_type": "C", "status": "RUNNING"}]}}     | job_types
            """)
    void never_takes_the_data_of_another_job(String api, String account, String parameters, String reply, String name) {
        provider.reply(200, reply);
        Watch watch = watch(api, account, parameters.replace("\"", ""));

        PollFailure failure = TestWatches.failure(relay, watch);

        assertThat(failure.kind()).isEqualTo(FailureKind.MALFORMED);
        assertThat(failure.message()).startsWith("the reply is about another job: for " + name + ", '");
        assertThat(new String(failure.reply().body(), UTF_8)).isEqualTo(reply);
    }

    /** What the documented examples leave out, or write as a number, is no other job's. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            huawei-res-job             | huawei  | project_id: p, job_id: j     | {"job": {"job_status": "SUCCEEDED"}}                                           | p/j
            huawei-res-job             | huawei  | project_id: p, job_id: 12    | {"job": {"project_id": "", "job_id": 12, "job_status": "SUCCEEDED"}}           | p/12
            otc-modelarts-dataset-sync | otc     | project_id: p, dataset_id: d | {"dataset_id": null, "status": "COMPLETED"}                                    | p/d
            huawei-octopus-system-jobs | octopus | project_id: p, id: 7, workspace_id: 5 | {"payload": {"list": [{"id": 7, "status": "RUNNING"}]}}               | p/5/7
            """)
    void takes_what_names_no_other_job(String api, String account, String parameters, String reply, String id) {
        provider.reply(200, reply);

        assertThat(relay.providers().poll(watch(api, account, parameters)))
                .extracting(JobRecord::id)
                .containsExactly(api + "/" + account + "/" + id);
    }

    private static String good() {
        return "{\"is_success\": true, \"job\": {\"job_status\": \"RUNNING\"}}";
    }

    private static String with(String more) {
        return "{\"is_success\": true, \"job\": {\"job_status\": \"RUNNING\", \"more\": " + more + "}}";
    }

    private static String nested(int levels) {
        return with("[".repeat(levels) + "]".repeat(levels));
    }

    private static Answer body(String body) {
        return reply(body.getBytes(UTF_8));
    }

    private static Answer reply(byte[] body, String... headers) {
        return (request, client) -> send(client, whole(200, body, headers));
    }

    /** Until the client has had enough. */
    private static Answer forEver(String start, String part) {
        return endless(start, part.repeat(100), Duration.ZERO);
    }

    private static byte[] gzip(String text) {
        try {
            ByteArrayOutputStream compressed = new ByteArrayOutputStream();
            try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
                gzip.write(text.getBytes(UTF_8));
            }
            return compressed.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Watch watch(String account, String job) {
        return watch("huawei-res-job", account, "project_id: p, job_id: " + job);
    }

    private static Watch watch(String api, String account, String parameters) {
        return TestWatches.watch(
                relay, "{ api: %s, account: %s, parameters: { %s } }".formatted(api, account, parameters));
    }
}
