package io.jobrelay.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.jobrelay.camel.Relay;
import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.testbed.PostgresqlServer;
import io.jobrelay.testbed.RawServer;
import io.jobrelay.watch.Watch;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes and far more accounts than either has workers, all at their rate limits, at a provider that takes its time. */
@Timeout(240)
class ManyAccountsIT {
    private static final int ACCOUNTS = 500;
    private static final int ROUNDS = 4;
    private static final String REPLY = "{\"is_success\": true, \"job\": {\"job_status\": \"RUNNING\"}}";

    @TempDir
    private Path directory;

    @Test
    void both_nodes_poll_and_every_account_has_its_turn_again_and_again() {
        LedgerSettings ledger =
                PostgresqlServer.shared().ledger(directory.getFileName().toString());
        try (RawServer ofOne = provider();
                RawServer ofTwo = provider();
                Relay one = node(ledger, ofOne, "one")) {
            List<Watch> watches = IntStream.range(0, ACCOUNTS)
                    .mapToObj(number -> TestWatches.watch(
                            one,
                            "{ api: huawei-res-job, account: a%d, parameters: { project_id: p, job_id: j%d }, every: 1s..1s }"
                                    .formatted(number, number)))
                    .toList();
            one.engine().watches().replace("watches", watches);
            try (Relay two = node(ledger, ofTwo, "two")) {
                await().atMost(Duration.ofSeconds(60)).until(() -> asked(ofTwo).size() >= ACCOUNTS / 2 - 1);
                int before = ofOne.requests().size();

                await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                    Map<String, Long> times = new HashMap<>(asked(ofOne));
                    asked(ofTwo).forEach((job, count) -> times.merge(job, count, Long::sum));
                    assertThat(times).hasSize(ACCOUNTS);
                    assertThat(times.values()).allMatch(count -> count >= ROUNDS);
                });
                await("one goes on too").until(() -> ofOne.requests().size() > before);
                assertThat(two.engine().nodes().list())
                        .allSatisfy(
                                node -> assertThat(node.accounts()).isBetween(ACCOUNTS / 2L - 1, ACCOUNTS / 2L + 1));
            }
        }
    }

    private static Map<String, Long> asked(RawServer provider) {
        return provider.requests().stream().collect(groupingBy(RawServer.Request::line, counting()));
    }

    private static RawServer provider() {
        RawServer provider = new RawServer();
        provider.answer((request, client) -> {
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            RawServer.send(client, RawServer.whole(200, REPLY.getBytes(UTF_8)));
        });
        return provider;
    }

    private Relay node(LedgerSettings ledger, RawServer provider, String name) {
        Map<String, String> overrides = new HashMap<>();
        for (int number = 0; number < ACCOUNTS; number++) {
            overrides.putAll(TestWatches.account("a" + number, provider.url(), "none", "requests-per-second", "0.5"));
        }
        overrides.put("jobrelay.ledger.url", ledger.url());
        overrides.put("jobrelay.ledger.user", String.valueOf(ledger.user()));
        overrides.put("jobrelay.ledger.password", String.valueOf(ledger.password()));
        overrides.put("jobrelay.node", name);
        overrides.put("jobrelay.watches", directory + "/none/*.yaml");
        return Relay.start(Relay.Scope.POLLING, overrides, Clock.systemUTC(), System::nanoTime, change -> {});
    }
}
