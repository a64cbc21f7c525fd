package io.jobrelay.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.Relay;
import io.jobrelay.delivery.MovableClock;
import io.jobrelay.testbed.RawServer;
import io.jobrelay.watch.Pace;
import io.jobrelay.watch.Watch;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the engine makes of polls that fail. */
class FailedPollsTest {
    private static final String HEALTH = "select health, failures, claimed from watch where id = ?";

    private static final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));
    private static final RawServer provider = new RawServer();
    private static final RawServer healthy = new RawServer();

    @TempDir
    private static Path directory;

    private static Ledger ledger;
    private static Relay relay;

    @BeforeAll
    static void start() {
        ledger = new Ledger(directory.resolve("ledger.db"));
        Map<String, String> overrides = new HashMap<>(TestWatches.accountsAt(provider.url()));
        overrides.putAll(TestWatches.account("healthy", healthy.url(), "none"));
        overrides.put("jobrelay.ledger.url", ledger.url());
        overrides.put("jobrelay.watches", directory + "/none/*.yaml");
        healthy.reply(200, "{\"is_success\": true, \"job\": {\"job_status\": \"SUCCEEDED\"}}");
        relay = TestWatches.polling(overrides, clock);
    }

    @AfterAll
    static void stop() {
        relay.close();
        provider.close();
        healthy.close();
    }

    @Test
    void keeps_a_malformed_reply_whole_and_polls_the_next_watch() {
        provider.reply(200, "<html>中</html>", "Content-Type: text/html");
        Watch bad = watch("huawei", "bad");
        Watch good = watch("healthy", "good");

        relay.engine().watches().replace("malformed", List.of(bad, good));

        ledger.awaitRow("MALFORMED 1 0", HEALTH, bad.id());
        ledger.awaitRow("SUCCEEDED", "select state from job where watch_id = ?", good.id());
        assertThat(ledger.rows(
                        "select http_status, content_type, cause, cast(body as text) from unreadable_reply where watch_id = ?",
                        bad.id()))
                .containsExactly("200 text/html the reply is not JSON but text/html <html>中</html>");
        assertThat(ledger.rows("select id from job where watch_id = ?", bad.id()))
                .isEmpty();
    }

    @Test
    void waits_as_long_as_the_provider_asks() {
        provider.reply(429, "{}", "Retry-After: 7200");
        Watch throttled = watch("huawei", "throttled");

        relay.engine().watches().replace("throttled", List.of(throttled));

        ledger.awaitRow("THROTTLED 1 0", HEALTH, throttled.id());
        assertThat(ledger.rows("select due_at from watch where id = ?", throttled.id()))
                .containsExactly(Long.toString(clock.instant().plusSeconds(7200).toEpochMilli()));
    }

    @Test
    void says_so_when_the_account_has_gone() {
        Watch orphan = new Watch(
                "huawei-res-job",
                "gone",
                Map.of("project_id", "p", "job_id", "orphan"),
                Pace.DEFAULT,
                Map.of(),
                false,
                null,
                false);

        relay.engine().watches().replace("orphan", List.of(orphan));

        ledger.awaitRow("UNAUTHENTICATED 1 0", HEALTH, orphan.id());
    }

    private static Watch watch(String account, String job) {
        return TestWatches.watch(
                relay,
                "{ api: huawei-res-job, account: %s, parameters: { project_id: p, job_id: %s } }"
                        .formatted(account, job));
    }
}
