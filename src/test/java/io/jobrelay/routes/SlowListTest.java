package io.jobrelay.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A list whose provider takes longer for it than anybody expects. */
@Timeout(120)
class SlowListTest {
    private static final String LIST = """
            {"payload": {"list": [{"id": 1, "project_id": "p", "status": "RUNNING"}],
             "page_info": {"offset": 0, "limit": 100, "total": 1}}}""";

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));

    @TempDir
    private Path directory;

    @Test
    void a_list_that_takes_hours_is_asked_for_once_and_its_answer_counts() {
        LedgerView ledger = new LedgerView(directory.resolve("ledger.db"));
        CountDownLatch ready = new CountDownLatch(1);
        try (RawServer provider = new RawServer()) {
            provider.answer((request, client) -> {
                try {
                    ready.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                RawServer.send(client, RawServer.whole(200, LIST.getBytes(UTF_8)));
            });
            Map<String, String> overrides = new HashMap<>(TestWatches.account("plain", provider.url(), "none"));
            overrides.put("jobrelay.ledger.url", ledger.url());
            overrides.put("jobrelay.watches", directory + "/none/*.yaml");
            overrides.put("jobrelay.poll.timeout", "10m");
            try (Relay relay = TestWatches.polling(overrides, clock)) {
                Watch list = TestWatches.watch(
                        relay,
                        "{ api: huawei-octopus-system-jobs, account: plain, parameters: { project_id: p }, every: 2s..2s }");
                relay.engine().watches().replace("lists", List.of(list));
                await().until(() -> provider.requests().size() == 1);

                for (int hour = 0; hour < 3; hour++) {
                    clock.advance(Duration.ofHours(1));
                    // It is noticed by those who look at the ledger that nobody has answered.
                    ledger.awaitRow("1", "select stale from watch");
                }
                assertThat(provider.requests()).hasSize(1);
                ready.countDown();

                ledger.awaitRow("1", "select count(*) from job");
                ledger.awaitRow("0", "select stale from watch");
            }
        }
    }
}
