package io.jobrelay.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.Relay;
import io.jobrelay.job.JobRecord;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.testbed.MovableClock;
import io.jobrelay.testbed.RawServer;
import io.jobrelay.testbed.RawServer.Request;
import io.jobrelay.watch.Watch;
import java.net.URLDecoder;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers and texts from outside, through the real routes, on a real socket: they steer nothing and run nothing. */
class HeadersFromOutsideTest {
    private static final String JOB =
            "{\"is_success\":true,\"job\":{\"project_id\":\"p\",\"job_id\":\"j\",\"job_status\":\"RUNNING\"}}";
    private static final RawServer provider = new RawServer();
    private static final RawServer elsewhere = new RawServer();
    private static Relay relay;

    @BeforeAll
    static void start() {
        Map<String, String> properties = new HashMap<>(TestWatches.accountsAt(provider.url()));
        properties.putAll(TestWatches.account("token", provider.url(), "keystone-token"));
        properties.put("jobrelay.account.token.auth-url", provider.url() + "/v3");
        properties.put("jobrelay.account.token.user", "u");
        properties.put("jobrelay.account.token.password", "not a secret");
        properties.put("jobrelay.account.token.domain", "d");
        properties.put("jobrelay.account.token.project", "p");
        MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));
        relay = Relay.start(Relay.Scope.PROVIDERS, properties, clock, change -> {});
        elsewhere.reply(200, JOB);
    }

    @AfterAll
    static void stop() {
        relay.close();
        provider.close();
        elsewhere.close();
    }

    private static String[] steering() {
        return new String[] {
            "CamelHttpUri: " + elsewhere.url(),
            "camelhttpuri: " + elsewhere.url(),
            "CAMELHTTPURI: " + elsewhere.url(),
            "CamelHttpMethod: DELETE",
            "CamelHttpPath: /elsewhere",
            "CamelHttpQuery: a=b",
            "CamelHttpResponseCode: 200",
            "camelHttpResponseCode: 200",
            "CamelRestHttpUri: " + elsewhere.url(),
            "CamelJmsDestinationName: elsewhere",
            "CamelFileName: /tmp/elsewhere",
            "CamelBeanMethodName: hashCode",
            "CamelExecCommandExecutable: id",
            "CamelVariable.api: elsewhere",
            "CamelToDynamicEndpoint: " + elsewhere.url(),
            "JobrelayDestination: elsewhere",
            "JobrelayEventId: elsewhere",
            "org.apache.camel.x: y",
            "breadcrumbId: ${bean:polls}",
            "Host: elsewhere",
            "Content-Encoding: identity",
        };
    }

    /** The second page is asked for with what is left of the reply to the first. */
    @Test
    void a_reply_does_not_steer_the_next_request() {
        StringBuilder jobs = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            jobs.append(i == 0 ? "" : ",")
                    .append("{\"id\":")
                    .append(i)
                    .append(",\"project_id\":\"p\",\"status\":\"RUNNING\"}");
        }
        String page = "{\"payload\":{\"list\":[%s],\"page_info\":{\"offset\":0,\"limit\":100,\"total\":101}}}";
        provider.answer((request, client) -> RawServer.send(
                client,
                RawServer.whole(
                        200,
                        page.formatted(request.query().contains("offset=0") ? jobs.toString() : "")
                                .getBytes(UTF_8),
                        steering())));

        List<JobRecord> records =
                poll("{ api: huawei-octopus-system-jobs, account: octopus, parameters: { project_id: p } }");

        assertThat(records).hasSize(100);
        assertThat(provider.requests()).hasSize(2).allSatisfy(request -> {
            assertThat(request.method()).isEqualTo("GET");
            assertThat(request.path()).isEqualTo("/v1.0/p/data/system-jobs");
            assertThat(request.headers().keySet())
                    .containsExactlyInAnyOrder(
                            "host", "x-sdk-date", "authorization", "connection", "user-agent", "accept-encoding");
            assertThat(request.header("host")).isEqualTo(provider.host());
        });
        assertThat(elsewhere.requests()).isEmpty();
    }

    @Test
    void a_reply_does_not_change_its_own_status() {
        provider.reply(500, JOB, steering());

        assertThat(TestWatches.failure(relay, watch("j")).kind()).isEqualTo(FailureKind.UNAVAILABLE);
    }

    @Test
    void the_identity_service_does_not_steer_the_request_that_its_token_is_for() {
        provider.answer((request, client) -> {
            if (request.path().equals("/v3/auth/tokens")) {
                String[] headers = steering();
                headers[headers.length - 1] = "X-Subject-Token: told";
                RawServer.send(
                        client,
                        RawServer.whole(
                                201, "{\"token\":{\"expires_at\":\"2099-01-01T00:00:00Z\"}}".getBytes(UTF_8), headers));
            } else {
                RawServer.send(client, RawServer.whole(200, JOB.getBytes(UTF_8)));
            }
        });

        assertThat(poll("{ api: huawei-res-job, account: token, parameters: { project_id: p, job_id: j } }"))
                .hasSize(1);

        Request request = provider.requests().get(1);
        assertThat(request.line()).isEqualTo("GET /v1/p/jobs/j HTTP/1.1");
        assertThat(request.header("x-auth-token")).isEqualTo("told");
        assertThat(request.headers().keySet()).noneMatch(name -> name.matches("camel.*|jobrelay.*|breadcrumb.*"));
        assertThat(elsewhere.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"utf-8; x=y", "no-such-charset", "\"", "UTF-16", "../../etc"})
    void a_charset_that_the_reply_claims_is_not_believed(String charset) {
        provider.reply(200, JOB, "Content-Type: application/json; charset=" + charset);

        assertThat(relay.providers().poll(watch("j"))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../admin",
                "%2e%2e/%2e%2e",
                "..%2f",
                "...",
                ".;/",
                "..;",
                "..\\\\..",
                "\\0",
                "a\\r\\nHost: elsewhere",
                "\\\"'; drop table job; --",
                "${bean:polls}",
                "${sys:user.home}",
                "{{jobrelay.account.huawei.secret-key}}",
                "{{env:PATH}}",
                "?a=b#c",
                "//elsewhere/",
                "@elsewhere",
                "\\u2028\\u202e",
            })
    void a_parameter_stays_in_its_place_and_is_not_evaluated(String parameter) {
        provider.reply(500, "{}");
        String yaml = "{ api: huawei-res-job, account: huawei, parameters: { project_id: p, job_id: \"%s\" } }";
        Watch watch = TestWatches.watch(relay, yaml.formatted(parameter));

        TestWatches.failure(relay, watch);

        String path = provider.request().target();
        assertThat(path).startsWith("/v1/p/jobs/");
        String sent = path.substring("/v1/p/jobs/".length());
        assertThat(sent).matches("[A-Za-z0-9._~%-]+").isNotIn(".", "..");
        assertThat(URLDecoder.decode(sent.replace("+", "%2B"), UTF_8))
                .isEqualTo(watch.parameters().get("job_id"));
    }

    @Test
    void an_overlong_parameter_is_sent_or_refused_but_breaks_nothing() {
        provider.reply(500, "{}");

        TestWatches.failure(relay, watch("x".repeat(64 * 1024)));
        provider.reply(200, JOB);

        assertThat(relay.providers().poll(watch("j"))).hasSize(1);
    }

    private static List<JobRecord> poll(String yaml) {
        return relay.providers().poll(TestWatches.watch(relay, yaml));
    }

    private static Watch watch(String job) {
        return TestWatches.watch(
                relay,
                "{ api: huawei-res-job, account: huawei, parameters: { project_id: p, job_id: \"" + job + "\" } }");
    }
}
