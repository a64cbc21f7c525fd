package io.jobrelay.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.jobrelay.camel.Relay;
import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.MovableClock;
import io.jobrelay.testbed.PostgresqlServer;
import io.jobrelay.testbed.RawServer;
import io.jobrelay.watch.Watch;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** A job whose id no index of the ledger holds, among others: on PostgreSQL by itself, on SQLite by a trigger. */
@Timeout(120)
class PoisonedRecordIT {
    private static final String POISON = new Random(7)
            .ints(4_000, 'a', 'z' + 1)
            .mapToObj(Character::toString)
            .collect(joining());
    private static final String HEALTH = "select health, failures from watch where id = ?";
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));
    private final RawServer provider = new RawServer();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.jobrelay");

    @TempDir
    private Path directory;

    @AfterEach
    void stop() {
        provider.close();
        logger.detachAppender(log);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "postgresql"})
    void is_malformed_and_backs_off_and_the_others_are_told(String engine) throws SQLException {
        Map<String, String> overrides = new HashMap<>(TestWatches.account("plain", provider.url(), "none"));
        LedgerView ledger = ledger(engine, overrides);
        overrides.put("jobrelay.watches", directory + "/none/*.yaml");
        provider.answer((request, client) -> {
            String task = request.path().contains("/bad/") ? POISON : "task";
            String reply = "{\"status\": \"RUNNING\", \"task_id\": \"%s\"}".formatted(task);
            RawServer.send(client, RawServer.whole(200, reply.getBytes(UTF_8)));
        });
        log.start();
        logger.addAppender(log);

        try (Relay relay = TestWatches.polling(overrides, clock)) {
            if (engine.equals("sqlite")) {
                refuseLongIds(ledger);
            }
            Watch bad = watch(relay, "bad");
            List<Watch> good = IntStream.range(0, 20)
                    .mapToObj(number -> watch(relay, "good-" + number))
                    .toList();
            relay.engine()
                    .watches()
                    .replace(
                            "a.yaml",
                            Stream.concat(Stream.of(bad), good.stream()).toList());

            for (int failures = 1; failures <= 5; failures++) {
                ledger.awaitRow("MALFORMED " + failures, HEALTH, bad.id());
                int rounds = failures;
                await().atMost(Duration.ofSeconds(15))
                        .until(() -> provider.requests().size() == 21 * rounds);
                ledger.awaitRow("0", "select count(*) from watch where due_at <= " + clock.millis());
                assertThat(asked("bad")).isEqualTo(failures);
                assertThat(ledger.rows(
                                "select count(*) from watch good join watch bad on bad.id = ? and good.id <> bad.id"
                                        + " and bad.due_at > good.answered_at",
                                bad.id()))
                        .containsExactly("20");
                clock.advance(LONGEST);
            }

            assertThat(ledger.rows("select count(*) from job")).containsExactly("20");
            assertThat(ledger.rows("select count(*) from change where subject like '%good%'"))
                    .containsExactly("20");
            assertThat(ledger.rows(
                            "select http_status, length(body), length(cause) < 300 from unreadable_reply where watch_id = ? limit 1",
                            bad.id()))
                    .singleElement()
                    .asString()
                    .startsWith("200 " + (POISON.length() + 36) + " ");
            assertThat(ledger.rows("select failure from watch where id = ?", bad.id()))
                    .singleElement()
                    .asString()
                    .contains("the ledger cannot hold the record: ")
                    .hasSizeLessThan(1_000);
        }
        assertThat(List.copyOf(log.list))
                .extracting(ILoggingEvent::getFormattedMessage)
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(1_000).doesNotContain("\n"));
    }

    /** Until nobody waits for it any more; then the watch is polled again. */
    @Test
    void a_ledger_that_another_holds_blames_no_provider() throws SQLException {
        Map<String, String> overrides = new HashMap<>(TestWatches.account("plain", provider.url(), "none"));
        LedgerView ledger = ledger("sqlite", overrides);
        overrides.put("jobrelay.watches", directory + "/none/*.yaml");
        log.start();
        logger.addAppender(log);

        try (Relay relay = TestWatches.polling(overrides, clock);
                Connection other = ledger.connect();
                Statement statement = other.createStatement()) {
            provider.answer((request, client) -> {
                try {
                    if (provider.requests().size() == 1) {
                        statement.execute("begin immediate");
                    }
                } catch (SQLException e) {
                    throw new IOException(e);
                }
                RawServer.send(client, RawServer.whole(200, "{\"status\": \"RUNNING\"}".getBytes(UTF_8)));
            });
            Watch watch = watch(relay, "held");
            relay.engine().watches().replace("a.yaml", List.of(watch));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> List.copyOf(log.list).stream()
                            .anyMatch(event ->
                                    event.getFormattedMessage().contains("the result could not be committed")));
            statement.execute("rollback");
            clock.advance(LONGEST);

            ledger.awaitRow("RUNNING", "select state from job where watch_id = ?", watch.id());
            assertThat(ledger.rows(HEALTH, watch.id())).containsExactly("OK 0");
            assertThat(ledger.rows("select count(*) from unreadable_reply")).containsExactly("0");
            assertThat(ledger.rows("select type from change")).hasSize(1);
            assertThat(provider.requests()).hasSize(2);
        }
    }

    private LedgerView ledger(String engine, Map<String, String> overrides) {
        LedgerView view = new LedgerView(directory.resolve("ledger.db"));
        overrides.put("jobrelay.ledger.url", view.url());
        if (engine.equals("postgresql")) {
            LedgerSettings settings =
                    PostgresqlServer.shared().ledger(directory.getFileName().toString());
            overrides.put("jobrelay.ledger.url", settings.url());
            overrides.put("jobrelay.ledger.user", String.valueOf(settings.user()));
            return new LedgerView(settings.url() + "?user=" + settings.user());
        }
        return view;
    }

    private static void refuseLongIds(LedgerView ledger) throws SQLException {
        try (Connection connection = ledger.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("create trigger poison before insert on job when length(new.id) > 2704"
                    + " begin select raise(abort, 'too long'); end");
        }
    }

    private long asked(String dataset) {
        return provider.requests().stream()
                .filter(request -> request.path().contains("/" + dataset + "/"))
                .count();
    }

    private static Watch watch(Relay relay, String dataset) {
        return TestWatches.watch(
                relay,
                "{ api: otc-modelarts-dataset-sync, account: plain, parameters: { project_id: p, dataset_id: %s }, every: 1m..1m }"
                        .formatted(dataset));
    }
}
