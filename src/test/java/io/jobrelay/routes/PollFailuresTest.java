package io.jobrelay.routes;

import static io.jobrelay.testbed.RawServer.send;
import static io.jobrelay.testbed.RawServer.whole;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.Relay;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobState;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.testbed.FreePort;
import io.jobrelay.testbed.RawServer;
import io.jobrelay.watch.Watch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.Charset;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Everything that a socket can bring instead of a good reply; after each of it, the next watch is polled as ever. */
class PollFailuresTest {
    private static final String TOKEN = "CAISsecurityToken0123456789+/==";
    private static final String GOOD = "{\"Status\": \"Running\", \"Description\": \"Größe 中\"}";

    private static final RawServer provider = new RawServer();
    private static final RawServer healthy = new RawServer();
    private static Relay relay;
    private static Watch alibaba;
    private static Watch res;
    private static Watch other;

    @BeforeAll
    static void start() throws IOException {
        Map<String, String> overrides = new HashMap<>(TestWatches.accountsAt(provider.url()));
        overrides.put("jobrelay.account.alibaba.security-token", TOKEN);
        overrides.put("jobrelay.poll.timeout", "1s");
        overrides.putAll(TestWatches.account("healthy", healthy.url(), "none"));
        overrides.putAll(TestWatches.account("unknown", "https://no-such-host.invalid", "none"));
        overrides.putAll(TestWatches.account("refusing", "http://127.0.0.1:" + FreePort.next(), "none"));
        relay = Relay.start(Relay.Scope.PROVIDERS, overrides, Clock.systemUTC(), change -> {});
        alibaba = alibaba("alibaba");
        other = alibaba("healthy");
        res = TestWatches.watch(
                relay, "{ api: huawei-res-job, account: huawei, parameters: { project_id: p, job_id: j } }");
        healthy.reply(200, GOOD);
    }

    @AfterAll
    static void stop() {
        relay.close();
        provider.close();
        healthy.close();
    }

    @AfterEach
    void the_other_watch_is_polled_as_ever() {
        assertThat(relay.providers().poll(other)).extracting(JobRecord::state).containsExactly(JobState.RUNNING);
    }

    /** Of the gateway in front, and of proxies that count in numbers. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            401 | {"error_msg": "Incorrect IAM authentication information", "error_code": "APIGW.0301"} | UNAUTHENTICATED
            429 | {"error_msg": "Too many", "error_code": "APIGW.0308", "request_id": "r"}              | THROTTLED
            502 | {"code": 502, "message": "Bad Gateway", "error_code": 502}                            | UNAVAILABLE
            500 | {"code": {"a": 1}, "message": ["x"], "error_code": [1]}                               | UNAVAILABLE
            500 | [1, 2]                                                                                | UNAVAILABLE
            """)
    void a_gateways_reply_is_no_puzzle_to_any_provider(int status, String body, FailureKind kind) {
        provider.reply(status, body);

        for (Watch watch : new Watch[] {alibaba, res, octopus(), otc(), baidu()}) {
            assertThat(TestWatches.failure(relay, watch).kind()).as(watch.api()).isEqualTo(kind);
        }
    }

    @Test
    void a_blank_message_says_no_more_than_none() {
        provider.reply(403, "{\"Code\": \"NoPermission\", \"Message\": \" \"}");

        assertThat(TestWatches.failure(relay, alibaba).message()).isEqualTo("HTTP status 403");
    }

    @Test
    void a_page_of_a_proxy_goes_by_its_status() {
        provider.reply(502, "<html>Bad Gateway</html>", "Content-Type: text/html");

        PollFailure failure = TestWatches.failure(relay, res);

        assertThat(failure.kind()).isEqualTo(FailureKind.UNAVAILABLE);
        assertThat(failure.message()).isEqualTo("HTTP status 502");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            text/html        | <html>Sign in</html>       | text/html
            application/json | <html>Sign in</html>       | not valid JSON
            application/json | ''                         | empty
            application/json | {"Status": "Runn           | not valid JSON
            application/json | {"Status": "Running"} {}   | not valid JSON
            application/json | "Running"                  | not a JSON object
            application/json | {"Status": null}           | no state
            application/json | {"Status": 1e999999999}    | could not be mapped
            application/json | []                         | could not be mapped
            """)
    void a_good_status_with_anything_else_is_malformed_and_kept(String type, String body, String cause) {
        provider.reply(200, body, "Content-Type: " + type);

        PollFailure failure = TestWatches.failure(relay, alibaba);

        assertThat(failure.kind()).isEqualTo(FailureKind.MALFORMED);
        assertThat(failure.message()).contains(cause);
        assertThat(new String(failure.reply().body(), UTF_8)).isEqualTo(body);
        assertThat(failure.reply().contentType()).isEqualTo(type);
        assertThat(failure.httpStatus()).isEqualTo(200);
    }

    @Test
    void json_too_deep_to_read_is_malformed() {
        provider.reply(200, "{\"Status\": \"Running\", \"a\": " + "[".repeat(10_000) + "]".repeat(10_000) + "}");

        assertThat(TestWatches.failure(relay, alibaba).kind()).isEqualTo(FailureKind.MALFORMED);
    }

    @Test
    void a_number_too_long_to_read_is_malformed() {
        provider.reply(200, "{\"Status\": \"Running\", \"a\": " + "9".repeat(100_000) + "}");

        assertThat(TestWatches.failure(relay, alibaba).kind()).isEqualTo(FailureKind.MALFORMED);
    }

    @Test
    void text_that_is_not_utf_8_is_malformed() {
        provider.answer((request, client) -> send(client, whole(200, GOOD.getBytes(Charset.forName("GB18030")))));

        assertThat(TestWatches.failure(relay, alibaba).kind()).isEqualTo(FailureKind.MALFORMED);
    }

    /** RFC 8259, section 8.1: JSON is UTF-8, whatever the media type claims. */
    @ParameterizedTest
    @CsvSource({
        "application/json;charset=ISO-8859-1",
        "application/json; charset=no-such-charset",
        "text/plain",
        "nonsense"
    })
    void json_is_read_whatever_its_content_type(String type) {
        provider.reply(200, GOOD, "Content-Type: " + type);

        assertThat(poll().description()).isEqualTo("Größe 中");
    }

    @Test
    void json_is_read_after_a_byte_order_mark() {
        provider.reply(200, "\uFEFF" + GOOD);

        assertThat(poll().state()).isEqualTo(JobState.RUNNING);
    }

    @Test
    void json_is_read_compressed() throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(GOOD.getBytes(UTF_8));
        }
        provider.answer(
                (request, client) -> send(client, whole(200, compressed.toByteArray(), "Content-Encoding: gzip")));

        assertThat(poll().description()).isEqualTo("Größe 中");
    }

    @Test
    void of_two_members_of_one_name_the_last_one_counts() {
        provider.reply(200, "{\"Status\": \"Running\", \"Status\": \"Failed\"}");

        assertThat(poll().state()).isEqualTo(JobState.FAILED);
    }

    @Test
    void large_numbers_are_kept_digit_for_digit() {
        provider.reply(200, "{\"Status\": \"Running\", \"a\": 123456789012345678901234567890, \"b\": 0.10}");

        assertThat(poll().raw())
                .hasToString("{\"Status\":\"Running\",\"a\":123456789012345678901234567890,\"b\":0.10}");
    }

    @Test
    void a_redirect_is_not_followed() {
        provider.reply(302, "{}", "Location: " + healthy.url() + "/");
        int before = healthy.requests().size();

        assertThat(TestWatches.failure(relay, alibaba).kind()).isEqualTo(FailureKind.REJECTED);
        assertThat(healthy.requests()).hasSize(before);
    }

    @Test
    void a_reply_that_ends_before_its_length_is_no_reply() {
        provider.answer((request, client) -> {
            send(client, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"Status\"".getBytes(ISO_8859_1));
            client.close();
        });

        assertThat(TestWatches.failure(relay, alibaba).kind()).isEqualTo(FailureKind.UNAVAILABLE);
    }

    @Test
    void a_connection_that_is_reset_is_no_reply() {
        provider.answer((request, client) -> {
            send(client, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"Status\"".getBytes(ISO_8859_1));
            client.setSoLinger(true, 0);
            client.close();
        });

        assertThat(TestWatches.failure(relay, alibaba).kind()).isEqualTo(FailureKind.UNAVAILABLE);
    }

    @Test
    void a_connection_that_is_closed_at_once_is_no_reply() {
        provider.answer((request, client) -> client.close());

        assertThat(TestWatches.failure(relay, alibaba).kind()).isEqualTo(FailureKind.UNAVAILABLE);
        assertThat(provider.requests()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"refusing, Connect", "unknown, no-such-host.invalid"})
    void a_provider_that_cannot_be_reached_is_unavailable(String account, String named) {
        PollFailure failure = TestWatches.failure(relay, alibaba(account));

        assertThat(failure.kind()).isEqualTo(FailureKind.UNAVAILABLE);
        assertThat(failure.message()).contains(named);
    }

    @Test
    void silence_is_a_timeout() {
        provider.answer((request, client) -> {});

        assertThat(TestWatches.failure(relay, alibaba).kind()).isEqualTo(FailureKind.TIMEOUT);
    }

    @Test
    void a_drip_is_a_timeout() {
        provider.answer((request, client) -> {
            send(client, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n".getBytes(ISO_8859_1));
            for (int i = 0; i < 1_000; i++) {
                send(client, new byte[] {' '});
                pause();
            }
        });

        assertThat(TestWatches.failure(relay, alibaba).kind()).isEqualTo(FailureKind.TIMEOUT);
    }

    @Test
    void a_reply_over_the_limit_is_cut_off() throws InterruptedException {
        CountDownLatch cut = new CountDownLatch(1);
        provider.answer((request, client) -> {
            byte[] part = " ".repeat(1 << 20).getBytes(ISO_8859_1);
            try {
                send(client, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(ISO_8859_1));
                for (int mebibyte = 0; mebibyte < 20; mebibyte++) {
                    send(client, "100000\r\n".getBytes(ISO_8859_1));
                    send(client, part);
                    send(client, "\r\n".getBytes(ISO_8859_1));
                }
            } catch (SocketException closed) {
                cut.countDown();
                throw closed;
            }
        });

        PollFailure failure = TestWatches.failure(relay, alibaba);

        assertThat(failure.kind()).isEqualTo(FailureKind.MALFORMED);
        assertThat(failure.message()).contains("larger than the limit");
        assertThat(cut.await(5, TimeUnit.SECONDS)).as("closed early").isTrue();
    }

    @Test
    void a_secret_that_is_repeated_is_masked() {
        provider.reply(
                403,
                "{\"Code\": \"Odd.%s\", \"Message\": \"%s signed x-acs-security-token:%s with %s\"}"
                        .formatted(TOKEN, "x".repeat(450), TOKEN, TestWatches.SECRET_KEY));

        PollFailure failure = TestWatches.failure(relay, alibaba);

        assertThat(failure.code()).isEqualTo("Odd.***");
        assertThat(failure.message()).isEqualTo("x".repeat(450) + " signed x-acs-security-token:*** with ***");
    }

    @Test
    void half_a_secret_does_not_stay_where_a_long_message_is_cut() {
        provider.reply(
                403, "{\"Code\": \"C\", \"Message\": \"%s\"}".formatted("x".repeat(490) + TOKEN + "y".repeat(20)));

        assertThat(TestWatches.failure(relay, alibaba).message()).isEqualTo("x".repeat(490) + "***" + "yyyyyyy…");
    }

    @Test
    void a_kept_reply_is_masked_too() {
        provider.reply(200, "no JSON: " + TOKEN);

        PollFailure failure = TestWatches.failure(relay, alibaba);

        assertThat(failure.message()).doesNotContain(TOKEN);
        assertThat(new String(failure.reply().body(), UTF_8)).isEqualTo("no JSON: ***");
    }

    private static JobRecord poll() {
        return relay.providers().poll(alibaba).get(0);
    }

    private static Watch alibaba(String account) {
        return TestWatches.watch(
                relay,
                "{ api: alibaba-pai-dataset-job, account: %s, parameters: { DatasetId: d, DatasetJobId: j } }"
                        .formatted(account));
    }

    private static Watch octopus() {
        return TestWatches.watch(
                relay, "{ api: huawei-octopus-system-jobs, account: octopus, parameters: { project_id: p } }");
    }

    private static Watch otc() {
        return TestWatches.watch(
                relay,
                "{ api: otc-modelarts-dataset-sync, account: otc, parameters: { project_id: p, dataset_id: d } }");
    }

    private static Watch baidu() {
        return TestWatches.watch(
                relay, "{ api: baidu-qianfan-import-task, account: baidu, parameters: { taskId: t } }");
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
