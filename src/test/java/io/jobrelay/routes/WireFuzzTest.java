package io.jobrelay.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.camel.Relay;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.signing.Acs3HmacSha256;
import io.jobrelay.signing.Credentials;
import io.jobrelay.signing.PercentEncoding;
import io.jobrelay.signing.SdkHmacSha256;
import io.jobrelay.signing.SentRequest;
import io.jobrelay.testbed.MovableClock;
import io.jobrelay.testbed.RawServer;
import io.jobrelay.testbed.RawServer.Request;
import io.jobrelay.watch.Watch;
import io.jobrelay.watch.WatchReader;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

/** Any text as a parameter of a watch, and any answer of an identity service, through the real routes and a real socket. */
class WireFuzzTest {
    private static final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));
    private static final RawServer cloud = new RawServer();
    private static @Nullable Relay relay;

    @BeforeContainer
    static void start() {
        Map<String, String> overrides = new HashMap<>(TestWatches.accountsAt(cloud.url()));
        overrides.putAll(TestWatches.account(
                "keystone",
                cloud.url(),
                "keystone-token",
                "auth-url",
                cloud.url() + "/v3",
                "user",
                "relay",
                "password",
                "Test-Password",
                "domain",
                "d",
                "project",
                "p"));
        relay = Relay.start(Relay.Scope.PROVIDERS, overrides, clock, change -> {});
    }

    @AfterContainer
    static void stop() {
        requireNonNull(relay).close();
        cloud.close();
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Arbitraries.strings().ofMinLength(1).ofMaxLength(20),
                Arbitraries.of(
                                "a",
                                "/",
                                "?",
                                "#",
                                "&",
                                "=",
                                "+",
                                " ",
                                "%",
                                "%2F",
                                "%2e",
                                "..",
                                ".",
                                ";",
                                ":",
                                "@",
                                "*",
                                "~",
                                "\\",
                                "\"",
                                "{id}",
                                "${body}",
                                "{{x}}",
                                "RAW(a)",
                                "\r\nX: y",
                                "\u0000",
                                "中",
                                "😀",
                                "\ud800",
                                "\u202e")
                        .list()
                        .ofMinSize(1)
                        .ofMaxSize(6)
                        .map(pieces -> String.join("", pieces)));
    }

    @Property(shrinking = ShrinkingMode.OFF)
    void what_was_put_into_a_path_comes_out(@ForAll("texts") String id) {
        Optional<Watch> watch = read("huawei-res-job", "huawei", Map.of("project_id", "p", "job_id", id));
        if (watch.isEmpty()) {
            assertThat(isText(id) && !id.equals(".") && !id.equals(".."))
                    .as("is refused only if it is no text or a dot segment: %s", id)
                    .isFalse();
            return;
        }
        ask(watch.get());

        Request request = cloud.request();
        assertThat(URI.create(request.target()).getRawPath()).isEqualTo(request.path());
        String last = request.path().substring(request.path().lastIndexOf('/') + 1);
        assertThat(PercentEncoding.decode(last)).isEqualTo(id);
        assertThat(sent(request).verifies(new SdkHmacSha256())).as(id).isTrue();
    }

    @Property(shrinking = ShrinkingMode.OFF)
    void what_was_put_into_a_query_comes_out(@ForAll("texts") String version, @ForAll("texts") String id) {
        Optional<Watch> watch = read(
                "alibaba-pai-dataset-job",
                "alibaba",
                Map.of("DatasetId", "d", "DatasetJobId", id, "DatasetVersion", version));
        if (watch.isEmpty()) {
            return;
        }
        ask(watch.get());

        Request request = cloud.request();
        List<String> values = new ArrayList<>();
        for (String parameter : request.query().split("&", -1)) {
            String[] parts = parameter.split("=", 2);
            if (parts[0].equals("DatasetVersion")) {
                values.add(PercentEncoding.decode(parts[1]));
            }
        }
        assertThat(values).containsExactly(version);
        assertThat(sent(request).verifies(new Acs3HmacSha256(() -> ""))).isTrue();
    }

    @Provide
    Arbitrary<String> tokenHeaders() {
        return Arbitraries.of(
                "X-Subject-Token: MIIGood",
                "X-Subject-Token:",
                "X-Subject-Token:   ",
                "X-Subject-Token: a b",
                "X-Subject-Token: caf\u00e9",
                "X-Subject-Token: \u0001\u007f",
                "X-Subject-Token: a\r\nX-Subject-Token: b",
                "X-Subject-Token: " + "x".repeat(6_000),
                "X-Other: x");
    }

    @Provide
    Arbitrary<String> ends() {
        return Arbitraries.of(
                "\"<soon>\"",
                "\"2000-01-01T00:00:00Z\"",
                "\"-1000000000-01-01T00:00:00Z\"",
                "\"2026-02-30T00:00:00Z\"",
                "\"2000-01-01T00:00:00+08:00\"",
                "\"\"",
                "\"soon\"",
                "null",
                "0",
                "1e999",
                "true",
                "{}",
                "[\"2000-01-01T00:00:00Z\"]");
    }

    @Provide
    Arbitrary<String> bodies() {
        return Arbitraries.oneOf(
                ends().map(end -> "{\"token\": {\"expires_at\": " + end + "}}"),
                Arbitraries.of(
                        "", "null", "[]", "{}", "{\"token\": null}", "{\"token\": []}", "<html>", "\u0000", "{\"a"),
                Arbitraries.strings().ofMaxLength(30));
    }

    @Property(shrinking = ShrinkingMode.OFF)
    void a_token_is_sent_as_it_was_given_or_the_poll_says_what_is_wrong(
            @ForAll("statuses") int status, @ForAll("tokenHeaders") String header, @ForAll("bodies") String body) {
        clock.advance(Duration.ofHours(2)); // the token before has run out
        String soon = clock.instant().plus(Duration.ofHours(1)).toString();
        cloud.answer((request, client) -> RawServer.send(
                client,
                request.method().equals("POST")
                        ? RawServer.whole(status, body.replace("<soon>", soon).getBytes(UTF_8), header)
                        : RawServer.whole(401, "{}".getBytes(UTF_8))));
        PollFailure failure = TestWatches.failure(
                requireNonNull(relay),
                read("otc-modelarts-dataset-sync", "keystone", Map.of("project_id", "p", "dataset_id", "d"))
                        .orElseThrow());

        assertThat(failure.message()).isNotBlank().hasSizeLessThan(600).doesNotContain("Test-Password");
        for (Request request : cloud.requests()) {
            if (request.method().equals("GET")) {
                assertThat(header).endsWith(" " + request.header("x-auth-token"));
                assertThat(request.header("x-auth-token")).matches("[!-~]+");
                assertThat(failure.kind()).isEqualTo(FailureKind.UNAUTHENTICATED);
            }
        }
        assertThat(cloud.requests().size()).isLessThanOrEqualTo(2);
    }

    @Provide
    Arbitrary<Integer> statuses() {
        return Arbitraries.frequencyOf(
                Tuple.of(5, Arbitraries.just(201)),
                Tuple.of(1, Arbitraries.integers().between(200, 599)));
    }

    private static boolean isText(String text) {
        return UTF_8.newEncoder().canEncode(text);
    }

    private static PollFailure ask(Watch watch) {
        cloud.reply(500, "{}");
        return TestWatches.failure(requireNonNull(relay), watch);
    }

    private static Optional<Watch> read(String api, String account, Map<String, String> parameters) {
        ObjectNode item = JsonNodeFactory.instance.objectNode().put("api", api).put("account", account);
        ObjectNode values = item.putObject("parameters");
        parameters.forEach(values::put);
        WatchReader.Reading reading =
                requireNonNull(relay).providers().watchReader().read(item);
        assertThat(reading.problems())
                .allMatch(problem -> problem.message().endsWith("half a surrogate pair")
                        || problem.message().contains("must not be a dot segment"));
        return reading.watch();
    }

    private static SentRequest sent(Request request) {
        return new SentRequest(
                request.method(),
                request.path(),
                request.query(),
                request.headers(),
                request.body(),
                new Credentials(TestWatches.ACCESS_KEY, TestWatches.SECRET_KEY, null));
    }
}
