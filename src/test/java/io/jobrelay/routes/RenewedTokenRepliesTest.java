package io.jobrelay.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.Relay;
import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.MovableClock;
import io.jobrelay.testbed.RawServer;
import io.jobrelay.testbed.RawServer.Request;
import io.jobrelay.watch.Watch;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A list of two pages, asked for with tokens of which one is refused between the pages: what counts is what the last attempt
 * brought. The mapping gives other records each time it is run, so each run of it is a change of every job.
 */
@Timeout(120)
class RenewedTokenRepliesTest {
    private static final String LOGIN = "/v3/auth/tokens?nocatalog=true";
    private static final String PROVIDER = "routes/providers/huawei-octopus-system-jobs";
    private static final String SEQUENCES = "select distinct sequence from job";
    private static final Duration PACE = Duration.ofSeconds(2);
    private static final int JOBS = 150;

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));
    private final RawServer cloud = new RawServer();
    private final AtomicInteger tokens = new AtomicInteger();
    private volatile String refused = "";
    private volatile String description = "as it was";
    private volatile String afterRenewal = "as it was";

    @TempDir
    private Path directory;

    private LedgerView ledger;
    private Relay relay;

    @BeforeEach
    void start() throws IOException {
        copy(PROVIDER + ".camel.yaml", "");
        copy("routes/providers/huawei-octopus.failure.jq", "");
        copy(PROVIDER + ".page.jq", "");
        copy(PROVIDER + ".jq", "\n| map(.providerState = \"\\(now)\")\n");
        copy("routes/templates/poll-provider.camel.yaml", "");
        copy("routes/templates/ask-pages.camel.yaml", "");
        ledger = new LedgerView(directory.resolve("ledger.db"));
        Map<String, String> overrides = new HashMap<>(TestWatches.account(
                "tokens",
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
        overrides.put("jobrelay.ledger.url", ledger.url());
        overrides.put("jobrelay.watches", directory + "/none/*.yaml");
        overrides.put(
                "camel.main.routes-include-pattern",
                "file:routes/signing/*.camel.yaml,file:routes/policies/*.camel.yaml,file:routes/poll.camel.yaml,file:"
                        + directory + "/*.camel.yaml");
        cloud.answer(this::answer);
        relay = TestWatches.polling(overrides, clock);
        Watch watch = TestWatches.watch(
                relay,
                "{ api: huawei-octopus-system-jobs, account: tokens, parameters: { project_id: p }, every: 2s..2s }");
        relay.engine().watches().replace("a", List.of(watch));
        awaitAnswer();
        // The login of the first poll has made another secret known; from the second on replies are remembered.
        poll();
        assertThat(ledger.rows(SEQUENCES)).containsExactly("2");
        poll();
        assertThat(ledger.rows(SEQUENCES)).containsExactly("2");
        cloud.answer(this::answer);
    }

    private void copy(String file, String more) throws IOException {
        Path from = Path.of(file);
        Files.writeString(
                directory.resolve(from.getFileName()),
                Files.readString(from).replace("file:routes/providers/", "file:" + directory + "/") + more);
    }

    @AfterEach
    void stop() {
        relay.close();
        cloud.close();
    }

    @Test
    void the_same_pages_with_another_token_say_nothing_new() {
        refused = token(1);

        poll();

        assertThat(asked())
                .containsExactly("0 " + token(1), "100 " + token(1), "login", "0 " + token(2), "100 " + token(2));
        assertThat(ledger.rows(SEQUENCES)).containsExactly("2");
        assertThat(ledger.rows("select health, failures from watch")).containsExactly("OK 0");
        poll();
        assertThat(ledger.rows(SEQUENCES)).as("another secret is known").containsExactly("3");
        poll();
        assertThat(ledger.rows(SEQUENCES)).containsExactly("3");
    }

    @Test
    void a_page_that_says_something_else_with_the_other_token_counts() {
        refused = token(1);
        afterRenewal = "another";

        poll();

        assertThat(asked()).hasSize(5);
        assertThat(ledger.rows(SEQUENCES)).containsExactly("3");
    }

    @Test
    void a_page_that_said_something_else_with_the_refused_token_does_not_count() {
        refused = token(1);
        description = "another";

        poll();

        assertThat(asked()).hasSize(5);
        assertThat(ledger.rows(SEQUENCES)).containsExactly("2");
    }

    private void poll() {
        clock.advance(PACE);
        awaitAnswer();
    }

    private void awaitAnswer() {
        ledger.awaitRow(Long.toString(clock.millis()), "select answered_at from watch");
    }

    private void answer(Request request, Socket client) throws IOException {
        if (request.target().equals(LOGIN)) {
            RawServer.send(
                    client,
                    RawServer.whole(
                            201,
                            "{\"token\": {\"expires_at\": \"%s\"}}"
                                    .formatted(clock.instant().plus(Duration.ofDays(1)))
                                    .getBytes(UTF_8),
                            "X-Subject-Token: " + token(tokens.incrementAndGet())));
            return;
        }
        int offset = offset(request);
        if (offset > 0 && request.header("x-auth-token").equals(refused)) {
            RawServer.send(client, RawServer.whole(401, "{\"error_msg\": \"expired\"}".getBytes(UTF_8)));
        } else {
            RawServer.send(client, RawServer.whole(200, page(offset).getBytes(UTF_8)));
        }
    }

    /** What the first attempt is told on its first page is of another time than what the second is told. */
    private String page(int offset) {
        String said = tokens.get() > 1 ? afterRenewal : description;
        List<String> jobs = IntStream.range(offset, Math.min(JOBS, offset + 100))
                .mapToObj("{\"id\": %d, \"status\": \"RUNNING\"}"::formatted)
                .toList();
        return "{\"meta_info\": {\"current_time\": \"%s\", \"said\": \"%s\"}, \"payload\": {\"list\": %s, \"page_info\": %s}}"
                .formatted(
                        clock.instant(),
                        said,
                        jobs,
                        "{\"offset\": %d, \"limit\": 100, \"total\": %d}".formatted(offset, JOBS));
    }

    private static int offset(Request request) {
        return request.query().contains("offset=100") ? 100 : 0;
    }

    /** What was asked for since the first polls: the offset of each page, and the token. */
    private List<String> asked() {
        return cloud.requests().stream()
                .map(request -> request.target().equals(LOGIN)
                        ? "login"
                        : offset(request) + " " + request.header("x-auth-token"))
                .toList();
    }

    private static String token(int number) {
        return "MIITestToken-" + number;
    }
}
