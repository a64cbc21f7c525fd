package io.jobrelay.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.Relay;
import io.jobrelay.delivery.MovableClock;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.signing.Acs3HmacSha256;
import io.jobrelay.signing.BceAuthV1;
import io.jobrelay.signing.Credentials;
import io.jobrelay.signing.RequestSigner;
import io.jobrelay.signing.SdkHmacSha256;
import io.jobrelay.signing.SdkHmacSha256Scoped;
import io.jobrelay.signing.SentRequest;
import io.jobrelay.testbed.RawServer;
import io.jobrelay.testbed.RawServer.Request;
import io.jobrelay.watch.Watch;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What arrives at a provider, byte for byte. */
class WireTest {
    private static final String AWKWARD = "d a/b*c~d+e%f中";
    private static final String ENCODED = "d%20a%2Fb%2Ac~d%2Be%25f%E4%B8%AD";

    private static final String TOKEN = "TestSecurityToken+/0123456789==";
    private static final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00.5Z"));
    private static final RawServer provider = new RawServer();
    private static final Map<String, RequestSigner> SIGNERS = Stream.of(
                    new Acs3HmacSha256(), new SdkHmacSha256(), new SdkHmacSha256Scoped(), new BceAuthV1())
            .collect(Collectors.toMap(RequestSigner::scheme, Function.identity()));
    private static Relay relay;

    @BeforeAll
    static void start() {
        Map<String, String> accounts = new HashMap<>(TestWatches.accountsAt(provider.url()));
        String url = provider.url();
        accounts.putAll(TestWatches.account("alibaba-sts", url, "acs3-hmac-sha256", "security-token", TOKEN));
        accounts.putAll(TestWatches.account("huawei-sts", url, "sdk-hmac-sha256", "security-token", TOKEN));
        accounts.putAll(TestWatches.account("otc-scoped", url, "sdk-hmac-sha256-scoped"));
        accounts.putAll(TestWatches.account("otc-sts", url, "sdk-hmac-sha256-scoped", "security-token", TOKEN));
        accounts.putAll(TestWatches.account("baidu-sts", url, "bce-auth-v1", "security-token", TOKEN));
        accounts.putAll(TestWatches.account("open", url, "none"));
        relay = Relay.start(Relay.Scope.PROVIDERS, accounts, clock, change -> {});
    }

    @AfterAll
    static void stop() {
        relay.close();
        provider.close();
    }

    @BeforeEach
    void answer() {
        provider.reply(500, "{}");
    }

    @Test
    void asks_alibaba_for_one_dataset_job() {
        Request request = poll("""
                api: alibaba-pai-dataset-job
                account: alibaba
                parameters: { DatasetId: "%s", DatasetJobId: job-1, DatasetVersion: "%s", WorkspaceId: "478" }
                """.formatted(AWKWARD, AWKWARD));

        assertThat(request.line())
                .isEqualTo("GET /api/v1/datasets/" + ENCODED + "/datasetjobs/job-1?DatasetVersion=" + ENCODED
                        + "&WorkspaceId=478 HTTP/1.1");
        assertThat(request.body()).isEmpty();
        assertThat(request.header("x-acs-action")).isEqualTo("GetDatasetJob");
        assertThat(request.header("x-acs-version")).isEqualTo("2021-02-04");
        assertThat(ownHeaders(request))
                .containsExactlyInAnyOrder(
                        "authorization",
                        "x-acs-action",
                        "x-acs-version",
                        "x-acs-date",
                        "x-acs-signature-nonce",
                        "x-acs-content-sha256");
    }

    @Test
    void leaves_out_what_the_watch_does_not_give() {
        Request request = poll("""
                api: alibaba-pai-dataset-job
                account: alibaba
                parameters: { DatasetId: d-1, DatasetJobId: job-1 }
                """);

        assertThat(request.target()).isEqualTo("/api/v1/datasets/d-1/datasetjobs/job-1");
    }

    @Test
    void asks_huawei_for_one_training_job() {
        Request request = poll("""
                api: huawei-res-job
                account: huawei
                parameters: { project_id: p, job_id: "%s" }
                """.formatted(AWKWARD));

        assertThat(request.line()).isEqualTo("GET /v1/p/jobs/" + ENCODED + " HTTP/1.1");
        assertThat(request.body()).isEmpty();
        assertThat(ownHeaders(request)).containsExactlyInAnyOrder("authorization", "x-sdk-date");
    }

    @Test
    void asks_octopus_with_repeated_parameters() {
        Request request = poll("""
                api: huawei-octopus-system-jobs
                account: octopus
                parameters: { project_id: p, statuses: [RUNNING, "%s"], job_types: [FRAME_EXTRACT], id: "7" }
                """.formatted(AWKWARD));

        assertThat(request.line())
                .isEqualTo("GET /v1.0/p/data/system-jobs?id=7&job_types=FRAME_EXTRACT&statuses=RUNNING&statuses="
                        + ENCODED + "&offset=0&limit=100 HTTP/1.1");
        assertThat(ownHeaders(request)).containsExactlyInAnyOrder("authorization", "x-sdk-date");
    }

    @Test
    void asks_otc_for_the_synchronisation_of_a_dataset() {
        Request request = poll("""
                api: otc-modelarts-dataset-sync
                account: otc
                parameters: { project_id: p1, dataset_id: "%s" }
                """.formatted(AWKWARD));

        assertThat(request.line()).isEqualTo("GET /v2/p1/datasets/" + ENCODED + "/sync-data/status HTTP/1.1");
        assertThat(request.header("x-project-id")).isEqualTo("p1");
        assertThat(ownHeaders(request)).containsExactlyInAnyOrder("authorization", "x-sdk-date", "x-project-id");
    }

    @Test
    void asks_baidu_with_a_body() {
        Request request = poll("""
                api: baidu-qianfan-import-task
                account: baidu
                parameters: { taskId: "%s" }
                """.formatted(AWKWARD));

        assertThat(request.line()).isEqualTo("POST /v2/dataset?Action=DescribeImportTask HTTP/1.1");
        assertThat(request.body()).isEqualTo("{\"taskId\":\"" + AWKWARD + "\"}");
        assertThat(request.header("content-type")).isEqualTo("application/json");
        assertThat(ownHeaders(request))
                .containsExactlyInAnyOrder("authorization", "x-bce-date", "content-type", "content-length");
    }

    /** The ids of the paths of Huawei's schemes have no slash, which the vendor's signers cannot take. */
    @ParameterizedTest
    @CsvSource({
        "alibaba,     acs3-hmac-sha256,       host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version",
        "alibaba-sts, acs3-hmac-sha256,       host;x-acs-accesskey-id;x-acs-security-token",
        "huawei,      sdk-hmac-sha256,        host;x-sdk-date",
        "huawei-sts,  sdk-hmac-sha256,        host;x-sdk-date;x-security-token",
        "octopus,     sdk-hmac-sha256,        host;x-sdk-date",
        "otc,         sdk-hmac-sha256,        host;x-project-id;x-sdk-date",
        "otc-scoped,  sdk-hmac-sha256-scoped, host;x-sdk-date",
        "otc-sts,     sdk-hmac-sha256-scoped, host;x-sdk-date",
        "baidu,       bce-auth-v1,            host;x-bce-date",
        "baidu-sts,   bce-auth-v1,            host;x-bce-date;x-bce-security-token",
    })
    void signs_what_it_sends(String account, String scheme, String covered) {
        SentRequest sent = sent(poll(watchOf(account)), account);

        assertThat(sent.headers()).containsEntry("host", provider.host());
        assertThat(sent.signedHeaders()).contains(covered.split(";", -1));
        assertThat(sent.verifies(SIGNERS.get(scheme))).isTrue();
        assertThat(sent.satisfiesTheVendor(scheme)).isTrue();
        if (account.endsWith("-sts")) {
            assertThat(sent.headers().values()).contains(TOKEN);
        }
    }

    @Test
    void signs_a_slash_within_an_id() {
        SentRequest sent = sent(poll("""
                api: huawei-res-job
                account: huawei
                parameters: { project_id: p, job_id: "%s" }
                """.formatted(AWKWARD)), "huawei");

        assertThat(sent.verifies(new SdkHmacSha256())).isTrue();
    }

    @Test
    void adds_nothing_for_an_account_without_signing() {
        Request request = poll("{ api: huawei-res-job, account: open, parameters: { project_id: p, job_id: j } }");

        assertThat(ownHeaders(request)).isEmpty();
    }

    @Test
    void signs_every_poll_anew() {
        Request first = poll(watchOf("alibaba"));
        clock.advance(Duration.ofSeconds(3));
        provider.reply(500, "{}");
        Request second = poll(watchOf("alibaba"));

        assertThat(Duration.between(date(first), date(second))).isEqualTo(Duration.ofSeconds(3));
        assertThat(second.header("x-acs-signature-nonce")).isNotEqualTo(first.header("x-acs-signature-nonce"));
        assertThat(second.header("authorization")).isNotEqualTo(first.header("authorization"));
    }

    @ParameterizedTest
    @CsvSource({"17, 17", "'Sun, 22 Nov 2026 12:00:00 GMT', 3600"})
    void asks_once_and_hands_on_how_long_to_wait(String retryAfter, long seconds) {
        MovableClock then = clock;
        then.advance(Duration.between(then.instant(), Instant.parse("2026-11-22T11:00:00Z")));
        provider.reply(503, "{}", "Retry-After: " + retryAfter);

        PollFailure failure = TestWatches.failure(relay, watch(watchOf("huawei")));

        assertThat(failure.kind()).isEqualTo(FailureKind.UNAVAILABLE);
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(seconds));
        assertThat(provider.requests()).hasSize(1);
    }

    @Test
    void refuses_an_id_that_is_another_path() {
        PollFailure failure = TestWatches.failure(
                relay, watch("{ api: huawei-res-job, account: huawei, parameters: { project_id: p, job_id: '..' } }"));

        assertThat(failure.kind()).isEqualTo(FailureKind.REJECTED);
        assertThat(failure.message()).contains("{job_id}").contains("'..'");
        assertThat(provider.requests()).isEmpty();
    }

    private static String watchOf(String account) {
        String id = "d a*b~c+d%e中";
        String head = "account: " + account + "\napi: ";
        return head
                + switch (account.replace("-sts", "").replace("-scoped", "")) {
                    case "alibaba" -> """
                        alibaba-pai-dataset-job
                        parameters: { DatasetId: "%s", DatasetJobId: j, DatasetVersion: "%s" }
                        """.formatted(AWKWARD, AWKWARD);
                    case "huawei" -> """
                        huawei-res-job
                        parameters: { project_id: p, job_id: "%s" }
                        """.formatted(id);
                    case "octopus" -> """
                        huawei-octopus-system-jobs
                        parameters: { project_id: p, statuses: [RUNNING, FINISHED], sort: "%s" }
                        """.formatted(AWKWARD);
                    case "otc" -> """
                        otc-modelarts-dataset-sync
                        parameters: { project_id: p1, dataset_id: "%s" }
                        """.formatted(id);
                    case "baidu" -> """
                        baidu-qianfan-import-task
                        parameters: { taskId: "%s" }
                        """.formatted(AWKWARD);
                    default -> throw new AssertionError(account);
                };
    }

    /** Polls once, whatever comes of it, and gives the one request that arrived. */
    private static Request poll(String watch) {
        TestWatches.failure(relay, watch(watch));
        return provider.request();
    }

    private static Watch watch(String yaml) {
        return TestWatches.watch(relay, yaml);
    }

    private static SentRequest sent(Request request, String account) {
        Credentials credentials = new Credentials(
                TestWatches.ACCESS_KEY, TestWatches.SECRET_KEY, account.endsWith("-sts") ? TOKEN : null);
        return new SentRequest(
                request.method(), request.path(), request.query(), request.headers(), request.body(), credentials);
    }

    /** The names of the headers but those that every HTTP client sends. */
    private static Set<String> ownHeaders(Request request) {
        assertThat(request.header("user-agent")).startsWith("jobrelay");
        Set<String> names = new TreeSet<>(request.headers().keySet());
        names.removeAll(Set.of("host", "connection", "user-agent", "accept-encoding"));
        return names;
    }

    private static Instant date(Request request) {
        return Instant.parse(request.header("x-acs-date"));
    }
}
