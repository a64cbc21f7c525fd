package io.jobrelay.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import io.jobrelay.camel.Relay;
import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.MovableClock;
import io.jobrelay.testbed.RawServer;
import io.jobrelay.watch.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** Routes that somebody has changed where polls come out and go in. */
@Timeout(120)
class WatchesRoutesTest {
    private static final Path POLL = Path.of("routes/poll.camel.yaml");
    private static final String DONE = """
                    - to:
                        uri: watches:done
            """;

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));
    private final RawServer provider = new RawServer();

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);

    @TempDir
    private Path directory;

    @AfterEach
    void stop() {
        root.detachAppender(log);
        provider.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            watches:done | watches:nonsense | watches:nonsense: must be one of watches:due, watches:done and watches:failed
            watches:due  | watches:nonsense | watches:nonsense: must be one of watches:due, watches:done and watches:failed
            watches:done | watches:due      | watches:due: polls only come out of it, use watches:done
            watches:due  | watches:done     | watches:done: polls only go in, use watches:due
            watches:due  | watches:failed   | watches:failed: polls only go in, use watches:due
            """)
    void an_end_that_there_is_not_is_refused(String end, String by, String message) throws IOException {
        Map<String, String> overrides = edited(end, by);
        log.start();
        root.addAppender(log);

        assertThatThrownBy(() -> TestWatches.polling(overrides, clock).close())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("cannot start: ")
                .hasMessageContaining(message);
        assertThat(List.copyOf(log.list))
                .filteredOn(event -> event.getThrowableProxy() != null)
                .allSatisfy(event -> assertThat(ThrowableProxyUtil.asString(event.getThrowableProxy()))
                        .contains(message));
    }

    @Test
    void a_poll_that_nothing_takes_back_is_malformed_and_backs_off() throws IOException {
        LedgerView ledger = new LedgerView(directory.resolve("ledger.db"));
        provider.reply(200, "{\"is_success\": true, \"job\": {\"job_status\": \"RUNNING\"}}");

        try (Relay relay = TestWatches.polling(edited(DONE, ""), clock)) {
            Watch watch = TestWatches.watch(
                    relay,
                    "{ api: huawei-res-job, account: plain, parameters: { project_id: p, job_id: j }, every: 10s..1m }");
            relay.engine().watches().replace("a", List.of(watch));

            for (int failures = 1; failures <= 3; failures++) {
                ledger.awaitRow("MALFORMED " + failures, "select health, failures from watch");
                assertThat(provider.requests()).hasSize(failures);
                assertThat(ledger.rows("select due_at > ? from watch", Long.toString(clock.millis())))
                        .containsExactly("1");
                clock.advance(Duration.ofMinutes(1));
            }
            assertThat(ledger.rows("select distinct cause, http_status, cast(body as text) from unreadable_reply"))
                    .containsExactly("the route of the poll ended without watches:done 200"
                            + " {\"is_success\": true, \"job\": {\"job_status\": \"RUNNING\"}}");
            assertThat(ledger.rows("select count(*) from job")).containsExactly("0");
        }
    }

    /** The properties of a Jobrelay whose route that polls says something else. */
    private Map<String, String> edited(String part, String by) throws IOException {
        String route = Files.readString(POLL);
        assertThat(route).contains(part);
        Files.writeString(directory.resolve("poll.camel.yaml"), route.replace(part, by));
        Map<String, String> overrides = new HashMap<>(TestWatches.account("plain", provider.url(), "none"));
        overrides.put("jobrelay.ledger.url", new LedgerView(directory.resolve("ledger.db")).url());
        overrides.put("jobrelay.watches", directory + "/none/*.yaml");
        overrides.put(
                "camel.main.routes-include-pattern",
                "file:routes/templates/*.camel.yaml,file:routes/providers/*.camel.yaml,file:routes/signing/*.camel.yaml,"
                        + "file:routes/policies/*.camel.yaml,file:" + directory + "/*.camel.yaml");
        return overrides;
    }
}
