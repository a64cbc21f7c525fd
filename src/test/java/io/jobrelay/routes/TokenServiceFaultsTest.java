package io.jobrelay.routes;

import static io.jobrelay.testbed.RawServer.bytes;
import static io.jobrelay.testbed.RawServer.last;
import static io.jobrelay.testbed.RawServer.resetAfter;
import static io.jobrelay.testbed.RawServer.send;
import static io.jobrelay.testbed.RawServer.whole;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.Relay;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.MovableClock;
import io.jobrelay.testbed.RawServer;
import io.jobrelay.testbed.RawServer.Answer;
import io.jobrelay.testbed.RawServer.Request;
import io.jobrelay.watch.Watch;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An identity service that misbehaves, and tokens that run out where it hurts. */
@Timeout(120)
class TokenServiceFaultsTest {
    private static final String HEALTH = "select health, failures from watch where id = ?";
    private static final String JOBS = "select count(*) from job where watch_id = ?";
    private static final Duration LIFE = Duration.ofHours(24);

    private static final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));
    private static final RawServer identity = new RawServer();
    private static final RawServer cloud = new RawServer();
    private static final AtomicInteger accounts = new AtomicInteger();
    private static final AtomicInteger tokens = new AtomicInteger();

    @TempDir
    private static Path directory;

    private static LedgerView ledger;
    private static Relay relay;

    private String account = "";

    @BeforeAll
    static void start() {
        ledger = new LedgerView(directory.resolve("ledger.db"));
        Map<String, String> overrides = new HashMap<>(TestWatches.accountsAt(cloud.url()));
        for (int number = 0; number < 30; number++) {
            overrides.putAll(TestWatches.account(
                    "keystone-" + number,
                    cloud.url(),
                    "keystone-token",
                    "auth-url",
                    identity.url() + "/v3",
                    "user",
                    "relay",
                    "password",
                    "Test-Password",
                    "domain",
                    "d",
                    "project",
                    "p"));
        }
        overrides.put("jobrelay.ledger.url", ledger.url());
        overrides.put("jobrelay.watches", directory + "/none/*.yaml");
        overrides.put("jobrelay.poll.timeout", "1s");
        relay = TestWatches.polling(overrides, clock);
    }

    @AfterAll
    static void stop() {
        relay.close();
        identity.close();
        cloud.close();
    }

    /** An account of its own for each test, so that none finds the token of another. */
    @BeforeEach
    void another_account() {
        account = "keystone-" + accounts.getAndIncrement();
        tokens.set(0);
        identity.answer(tokenFor(LIFE));
        cloud.answer((request, client) -> send(client, whole(200, page(request).getBytes(UTF_8))));
    }

    /** Another test moves the clock on. */
    @AfterEach
    void forget_the_watch() {
        relay.engine().watches().replace(account, List.of());
    }

    @SuppressWarnings("ImmutableEnumChecker") // an answer is a lambda without a state
    enum Fault {
        STALLS(FailureKind.TIMEOUT, (request, client) -> {}),
        STALLS_WITHIN_THE_BODY(FailureKind.TIMEOUT, bytes("HTTP/1.1 201 OK\r\nContent-Length: 100\r\n\r\n{\"token")),
        CLOSES(FailureKind.UNAVAILABLE, RawServer.CLOSE),
        RESETS(FailureKind.UNAVAILABLE, RawServer.RESET),
        RESETS_WITHIN_THE_HEADERS(FailureKind.UNAVAILABLE, resetAfter("HTTP/1.1 201 OK\r\nX-Subject-Tok")),
        SPEAKS_ANOTHER_PROTOCOL(FailureKind.UNAVAILABLE, last("SSH-2.0-OpenSSH_9.2p1 Debian\r\n\r\n")),
        BREAKS_DOWN(FailureKind.UNAVAILABLE, answer(500, "{\"error\": {\"message\": \"out of memory\"}}")),
        THROTTLES(FailureKind.THROTTLED, answer(429, "{}")),
        ANSWERS_WITH_A_PAGE(FailureKind.MALFORMED, answer(201, "<html>Sign in</html>", "X-Subject-Token: t")),
        GIVES_NO_END(FailureKind.MALFORMED, answer(201, "{\"token\": {}}", "X-Subject-Token: t")),
        GIVES_NO_TIME_FOR_AN_END(
                FailureKind.MALFORMED, answer(201, "{\"token\": {\"expires_at\": \"soon\"}}", "X-Subject-Token: t")),
        GIVES_AN_EMPTY_TOKEN(
                FailureKind.MALFORMED,
                answer(201, "{\"token\": {\"expires_at\": \"2126-01-01T00:00:00Z\"}}", "X-Subject-Token:")),
        GIVES_A_TOKEN_THAT_NO_HEADER_CAN_CARRY(
                FailureKind.MALFORMED,
                answer(201, "{\"token\": {\"expires_at\": \"2126-01-01T00:00:00Z\"}}", "X-Subject-Token: caf\u00e9"));

        private final FailureKind kind;
        private final Answer answer;

        Fault(FailureKind kind, Answer answer) {
            this.kind = kind;
            this.answer = answer;
        }
    }

    @ParameterizedTest
    @EnumSource
    void fails_the_poll_until_there_is_a_token(Fault fault) {
        identity.answer(fault.answer);
        Watch watch = watch();

        relay.engine().watches().replace(account, List.of(watch));

        ledger.awaitRow(fault.kind + " 1", HEALTH, watch.id());
        assertThat(identity.requests()).hasSize(1);
        assertThat(cloud.requests()).as("asked without a token").isEmpty();
        assertThat(ledger.rows(JOBS, watch.id())).containsExactly("0");

        identity.answer(tokenFor(LIFE));
        clock.advance(Duration.ofHours(1));

        ledger.awaitRow("OK 0", HEALTH, watch.id());
        ledger.awaitRow("150", JOBS, watch.id());
    }

    /** Which of the two clocks is wrong cannot be told: the provider decides about the token. */
    @Test
    void uses_a_token_whose_end_has_passed_for_one_request() {
        identity.answer(tokenFor(Duration.ofHours(-1)));

        assertThat(relay.providers().poll(watch())).hasSize(150);

        assertThat(asked()).isEqualTo("0 t1, 100 t2");
    }

    @Test
    void takes_another_token_for_the_next_page_when_the_first_has_run_out() {
        cloud.answer((request, client) -> {
            String page = page(request);
            clock.advance(LIFE);
            send(client, whole(200, page.getBytes(UTF_8)));
        });

        assertThat(relay.providers().poll(watch())).hasSize(150);

        assertThat(asked()).isEqualTo("0 t1, 100 t2");
    }

    @Test
    void reads_the_list_again_when_the_token_is_refused_between_two_pages() {
        cloud.answer((request, client) -> {
            boolean refused =
                    offset(request) == 100 && request.header("x-auth-token").equals("t1");
            send(
                    client,
                    refused
                            ? whole(401, "{}".getBytes(UTF_8))
                            : whole(200, page(request).getBytes(UTF_8)));
        });
        Watch watch = watch();

        relay.engine().watches().replace(account, List.of(watch));

        ledger.awaitRow("150", JOBS, watch.id());
        ledger.awaitRow("OK 0", HEALTH, watch.id());
        assertThat(asked()).isEqualTo("0 t1, 100 t1, 0 t2, 100 t2");
        assertThat(identity.requests()).hasSize(2);
    }

    @Test
    void takes_in_no_half_of_a_list_whose_second_page_is_refused_twice() {
        cloud.answer((request, client) -> send(
                client,
                offset(request) == 100
                        ? whole(401, "{}".getBytes(UTF_8))
                        : whole(200, page(request).getBytes(UTF_8))));
        Watch watch = watch();

        relay.engine().watches().replace(account, List.of(watch));

        ledger.awaitRow("UNAUTHENTICATED 1", HEALTH, watch.id());
        assertThat(ledger.rows(JOBS, watch.id())).containsExactly("0");
        assertThat(asked()).isEqualTo("0 t1, 100 t1, 0 t2, 100 t2");
        assertThat(identity.requests()).hasSize(2);
    }

    @Test
    void takes_in_no_half_of_a_list_when_there_is_no_other_token() {
        cloud.answer((request, client) -> {
            identity.reply(503, "{}");
            send(
                    client,
                    offset(request) == 100
                            ? whole(401, "{}".getBytes(UTF_8))
                            : whole(200, page(request).getBytes(UTF_8)));
        });
        Watch watch = watch();

        relay.engine().watches().replace(account, List.of(watch));

        ledger.awaitRow("UNAVAILABLE 1", HEALTH, watch.id());
        assertThat(ledger.rows(JOBS, watch.id())).containsExactly("0");
        assertThat(asked()).isEqualTo("0 t1, 100 t1");
    }

    private static Answer answer(int status, String body, String... headers) {
        return (request, client) -> send(client, whole(status, body.getBytes(UTF_8), headers));
    }

    private static Answer tokenFor(Duration life) {
        return (request, client) -> send(
                client,
                whole(
                        201,
                        "{\"token\": {\"expires_at\": \"%s\"}}"
                                .formatted(clock.instant().plus(life))
                                .getBytes(UTF_8),
                        "X-Subject-Token: t" + tokens.incrementAndGet()));
    }

    private Watch watch() {
        return TestWatches.watch(
                relay,
                "{ api: huawei-octopus-system-jobs, account: %s, parameters: { project_id: p } }".formatted(account));
    }

    /** Of 150 jobs, a hundred a page. */
    private static String page(Request request) {
        int offset = offset(request);
        String jobs = IntStream.range(offset, Math.min(150, offset + 100))
                .mapToObj("{\"id\": %d, \"status\": \"RUNNING\"}"::formatted)
                .collect(joining(","));
        return "{\"payload\": {\"list\": [%s], \"page_info\": {\"limit\": 100, \"total\": 150}}}".formatted(jobs);
    }

    private static int offset(Request request) {
        return Integer.parseInt(request.query().replaceAll(".*offset=([0-9]+).*", "$1"));
    }

    /** Where each page began, and the token that it was asked with. */
    private static String asked() {
        return cloud.requests().stream()
                .map(request -> offset(request) + " " + request.header("x-auth-token"))
                .collect(joining(", "));
    }
}
