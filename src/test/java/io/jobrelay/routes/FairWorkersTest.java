package io.jobrelay.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.jobrelay.camel.Relay;
import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.MovableClock;
import io.jobrelay.testbed.RawServer;
import io.jobrelay.watch.Watch;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Accounts whose providers take a request and say nothing, beside one whose provider answers. */
@Timeout(120)
class FairWorkersTest {
    private static final int WORKERS = 16;
    private static final Duration PACE = Duration.ofSeconds(2);
    private static final String FAILED = "select count(*) from watch where failures > 0";

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));
    private final RawServer healthy = new RawServer();
    private final RawServer one = new RawServer();
    private final RawServer other = new RawServer();

    @TempDir
    private Path directory;

    private LedgerView ledger;
    private Relay relay;

    @BeforeEach
    void start() {
        ledger = new LedgerView(directory.resolve("ledger.db"));
        Map<String, String> overrides = new HashMap<>(TestWatches.account("healthy", healthy.url(), "none"));
        overrides.putAll(TestWatches.account("one", one.url(), "none"));
        overrides.putAll(TestWatches.account("other", other.url(), "none"));
        overrides.put("jobrelay.ledger.url", ledger.url());
        overrides.put("jobrelay.watches", directory + "/none/*.yaml");
        overrides.put("jobrelay.poll.concurrency", Integer.toString(WORKERS));
        overrides.put("jobrelay.poll.timeout", "10m");
        healthy.reply(200, "{\"is_success\": true, \"job\": {\"job_status\": \"RUNNING\"}}");
        one.answer((request, client) -> {});
        other.answer((request, client) -> {});
        relay = TestWatches.polling(overrides, clock);
    }

    @AfterEach
    void stop() {
        relay.close();
        List.of(healthy, one, other).forEach(RawServer::close);
    }

    @Test
    void a_provider_that_hangs_holds_up_its_own_watches_only() {
        watch("one", 100);
        awaitHanging(one, 1);
        watch("healthy", 5);

        polls_go_on(10);
        assertThat(one.requests()).hasSizeBetween(WORKERS / 2, WORKERS - 1);
        assertThat(ledger.rows(FAILED)).containsExactly("0");
    }

    @Test
    void two_that_hang_one_after_the_other_leave_a_worker_to_a_third() {
        watch("one", 100);
        awaitHanging(one, WORKERS / 2);
        watch("other", 100);
        awaitHanging(other, 1);
        watch("healthy", 5);

        polls_go_on(10);
        assertThat(one.requests().size() + other.requests().size()).isEqualTo(WORKERS - 1);
        assertThat(ledger.rows(FAILED)).containsExactly("0");
    }

    private void polls_go_on(int rounds) {
        for (int round = 0; round < rounds; round++) {
            ledger.awaitRow(
                    "5",
                    "select count(*) from watch where account = 'healthy' and answered_at = ?",
                    Long.toString(clock.millis()));
            clock.advance(PACE);
        }
    }

    private static void awaitHanging(RawServer provider, int requests) {
        await().atMost(Duration.ofSeconds(15)).until(() -> provider.requests().size() >= requests);
    }

    private void watch(String account, int count) {
        List<Watch> watches = IntStream.range(0, count)
                .mapToObj(job -> TestWatches.watch(
                        relay,
                        "{ api: huawei-res-job, account: %s, parameters: { project_id: p, job_id: %d }, every: 2s..2s }"
                                .formatted(account, job)))
                .toList();
        relay.engine().watches().replace(account, watches);
    }
}
