package io.jobrelay.routes;

import static io.jobrelay.testbed.RawServer.send;
import static io.jobrelay.testbed.RawServer.whole;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.read.ListAppender;
import io.jobrelay.camel.Relay;
import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.MovableClock;
import io.jobrelay.testbed.RawServer;
import io.jobrelay.testbed.RawServer.Request;
import io.jobrelay.watch.Watch;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** An account that signs with tokens: an identity service and a provider that takes only some of its tokens. */
class AccessTokenTest {
    private static final String PASSWORD = "Test-Pass\\word\"1";
    private static final String LOGIN = "/v3/auth/tokens?nocatalog=true";
    private static final String HEALTH = "select health, failures from watch where id = ?";
    private static final Duration LIFE = Duration.ofHours(24);

    private static final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));
    private static final RawServer cloud = new RawServer();
    private static final AtomicInteger tokens = new AtomicInteger();
    private static final AtomicInteger accounts = new AtomicInteger();

    @TempDir
    private static Path directory;

    private static LedgerView ledger;
    private static Relay relay;

    private String account = "";

    @BeforeAll
    static void start() {
        ledger = new LedgerView(directory.resolve("ledger.db"));
        Map<String, String> overrides = new HashMap<>(TestWatches.accountsAt(cloud.url()));
        IntStream.range(0, 20)
                .forEach(number -> overrides.putAll(TestWatches.account(
                        "otc-" + number,
                        cloud.url(),
                        "keystone-token",
                        "auth-url",
                        cloud.url() + "/v3",
                        "user",
                        "relay",
                        "password",
                        PASSWORD,
                        "domain",
                        "OTC-EU-DE-1",
                        "project",
                        "eu-de")));
        overrides.put("jobrelay.ledger.url", ledger.url());
        overrides.put("jobrelay.watches", directory + "/none/*.yaml");
        relay = TestWatches.polling(overrides, clock);
    }

    @AfterAll
    static void stop() {
        relay.close();
        cloud.close();
    }

    /** An account of its own for each test, so that none finds the token of another. */
    @BeforeEach
    void another_account() {
        account = "otc-" + accounts.getAndIncrement();
        tokens.set(0);
        cloud.answer(AccessTokenTest::acceptEveryToken);
    }

    /** Another test moves the clock on. */
    @AfterEach
    void forget_the_watch() {
        relay.engine().watches().replace(account, List.of());
    }

    @Test
    void keeps_a_token_until_shortly_before_its_end() {
        relay.providers().poll(watch());
        clock.advance(LIFE.minus(Duration.ofMinutes(31)));
        relay.providers().poll(watch());
        assertThat(logins()).isEqualTo(1);

        clock.advance(Duration.ofMinutes(2));
        relay.providers().poll(watch());
        assertThat(logins()).isEqualTo(2);
    }

    @Test
    void obtains_one_token_for_fifty_polls_at_once() throws InterruptedException {
        CountDownLatch open = new CountDownLatch(1);
        cloud.answer((request, client) -> {
            if (request.target().equals(LOGIN)) {
                await().until(() -> open.getCount() == 0);
            }
            acceptEveryToken(request, client);
        });
        AtomicInteger answered = new AtomicInteger();
        List<Thread> polls = Stream.generate(() -> new Thread(() -> {
                    relay.providers().poll(watch());
                    answered.incrementAndGet();
                }))
                .limit(50)
                .toList();
        polls.forEach(Thread::start);
        await().until(() -> polls.stream()
                        .filter(poll -> poll.getState() == Thread.State.WAITING)
                        .count()
                == 49);
        open.countDown();
        for (Thread poll : polls) {
            poll.join(20_000);
        }

        assertThat(answered).hasValue(50);
        assertThat(logins()).isEqualTo(1);
    }

    @Test
    void renews_a_token_that_the_provider_no_longer_takes() {
        cloud.answer((request, client) -> acceptOnly(token(2), request, client));
        Watch watch = watch();

        relay.engine().watches().replace(account, List.of(watch));

        ledger.awaitRow("SUCCEEDED", "select state from job where watch_id = ?", watch.id());
        assertThat(ledger.rows(HEALTH, watch.id())).containsExactly("OK 0");
        assertThat(logins()).isEqualTo(2);
        assertThat(polls()).containsExactly(token(1), token(2));
    }

    @Test
    void gives_up_after_the_second_refusal() {
        cloud.answer((request, client) -> acceptOnly("none", request, client));
        Watch watch = watch();

        relay.engine().watches().replace(account, List.of(watch));

        ledger.awaitRow("UNAUTHENTICATED 1", HEALTH, watch.id());
        assertThat(logins()).isEqualTo(2);
        assertThat(polls()).containsExactly(token(1), token(2));
        assertThat(ledger.rows("select failure from watch where id = ?", watch.id())
                        .get(0))
                .contains("ModelArts.0203")
                .contains("The token *** is wrong")
                .doesNotContain(token(2));
    }

    @Test
    void asks_once_with_a_wrong_password() {
        cloud.answer((request, client) -> send(
                client,
                whole(
                        401,
                        "{\"error\": {\"code\": 401, \"message\": \"The username or password is wrong.\", \"title\": \"U\"}}"
                                .getBytes(UTF_8))));
        Watch watch = watch();

        relay.engine().watches().replace(account, List.of(watch));

        ledger.awaitRow("UNAUTHENTICATED 1", HEALTH, watch.id());
        assertThat(logins()).isEqualTo(1);
        assertThat(cloud.requests()).hasSize(1);
        assertThat(ledger.rows("select failure from watch where id = ?", watch.id())
                        .get(0))
                .contains("The username or password is wrong.");
    }

    /** With the log as it is shipped, turned up as far as it goes. */
    @Test
    void keeps_token_and_password_out_of_every_log() throws JoranException {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger root = configure("/logback.xml");
        try {
            root.detachAndStopAllAppenders();
            root.setLevel(Level.TRACE);
            log.start();
            root.addAppender(log);

            cloud.answer((request, client) -> acceptOnly(token(2), request, client));
            Watch watch = watch();
            relay.engine().watches().replace(account, List.of(watch));
            ledger.awaitRow("SUCCEEDED", "select state from job where watch_id = ?", watch.id());
            cloud.answer((request, client) -> acceptOnly("none", request, client));
            TestWatches.failure(relay, watch);
        } finally {
            root.detachAppender(log);
            configure("/logback-test.xml");
        }

        List<String> lines = List.copyOf(log.list).stream()
                .map(event -> event.getLoggerName() + " " + event.getFormattedMessage()
                        + (event.getThrowableProxy() == null
                                ? ""
                                : ThrowableProxyUtil.asString(event.getThrowableProxy())))
                .toList();
        assertThat(lines).anyMatch(line -> line.contains("call-provider"));
        assertThat(lines).noneMatch(line -> line.contains(token(1)) || line.contains(token(2)));
        assertThat(lines).noneMatch(line -> line.contains("Test-Pass"));
    }

    private static Logger configure(String resource) throws JoranException {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(AccessTokenTest.class.getResource(resource));
        return context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    private static String token(int number) {
        return "MIITestToken-" + number;
    }

    private static void acceptEveryToken(Request request, Socket client) throws IOException {
        acceptOnly(request.header("x-auth-token"), request, client);
    }

    private static void acceptOnly(String token, Request request, Socket client) throws IOException {
        byte[] reply;
        if (request.target().equals(LOGIN)) {
            reply = whole(
                    201,
                    "{\"token\": {\"expires_at\": \"%s\"}}"
                            .formatted(clock.instant().plus(LIFE))
                            .getBytes(UTF_8),
                    "X-Subject-Token: " + token(tokens.incrementAndGet()));
        } else if (request.header("x-auth-token").equals(token)) {
            reply = whole(200, "{\"status\": \"COMPLETED\", \"dataset_id\": \"d\"}".getBytes(UTF_8));
        } else {
            reply = whole(
                    401,
                    "{\"error_code\": \"ModelArts.0203\", \"error_msg\": \"The token %s is wrong\"}"
                            .formatted(request.header("x-auth-token"))
                            .getBytes(UTF_8));
        }
        send(client, reply);
    }

    private Watch watch() {
        return TestWatches.watch(
                relay,
                "{ api: otc-modelarts-dataset-sync, account: %s, parameters: { project_id: p, dataset_id: d } }"
                        .formatted(account));
    }

    private static long logins() {
        return cloud.requests().stream()
                .filter(request -> request.target().equals(LOGIN))
                .count();
    }

    /** The tokens that the provider was asked with. */
    private static List<String> polls() {
        return cloud.requests().stream()
                .filter(request -> !request.target().equals(LOGIN))
                .map(request -> request.header("x-auth-token"))
                .toList();
    }
}
