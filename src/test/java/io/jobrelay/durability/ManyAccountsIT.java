package io.jobrelay.durability;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.jobrelay.camel.Relay;
import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.PostgresqlServer;
import io.jobrelay.testbed.RawServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** More accounts than two nodes have workers, all of them at their rate limits, at a provider that takes its time. */
@Timeout(180)
class ManyAccountsIT {
    private static final int ACCOUNTS = 500;
    private static final double REQUESTS_PER_SECOND = 0.2;
    private static final byte[] RUNNING = RawServer.whole(
            200, "{\"is_success\":true,\"job\":{\"project_id\":\"p\",\"job_status\":\"RUNNING\"}}".getBytes(UTF_8));

    private final LedgerSettings database = PostgresqlServer.shared().ledger("many-accounts");
    private final LedgerView ledger = new LedgerView(database.url() + "?user=" + database.user());

    @TempDir
    private Path directory;

    @Test
    void both_nodes_work_and_no_request_that_an_account_may_make_is_lost() throws IOException {
        Files.writeString(
                directory.resolve("watches.yaml"),
                IntStream.range(0, ACCOUNTS).mapToObj(ManyAccountsIT::watch).collect(joining()));
        try (RawServer one = slow();
                RawServer other = slow();
                Relay first = start("one", one);
                Relay second = start("two", other)) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> first.engine().watchFiles().complete()
                            && second.engine().watchFiles().complete());
            await().atMost(Duration.ofSeconds(90))
                    .until(() -> ledger.rows(
                                            "select count(*) from lease where shard like 'account/%' and owner is not null"
                                                    + " and wanted_by is null group by owner having count(*) between 200 and 300")
                                    .size()
                            == 2);
            int before = one.requests().size() + other.requests().size();
            int ofOne = one.requests().size();
            long begin = System.nanoTime();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> one.requests().size() + other.requests().size() - before >= 4 * ACCOUNTS);

            double seconds = (System.nanoTime() - begin) / (double) TimeUnit.SECONDS.toNanos(1);
            int polls = one.requests().size() + other.requests().size() - before;
            assertThat(polls / seconds)
                    .as("of the requests that all accounts may make in a second")
                    .isGreaterThan(0.7 * REQUESTS_PER_SECOND * ACCOUNTS);
            assertThat((one.requests().size() - ofOne) / (double) polls)
                    .as("share of one of the nodes")
                    .isBetween(0.3, 0.7);
        }
    }

    private static RawServer slow() {
        RawServer server = new RawServer();
        server.answer((request, client) -> {
            try {
                TimeUnit.MILLISECONDS.sleep(200);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            RawServer.send(client, RUNNING);
        });
        return server;
    }

    private Relay start(String node, RawServer provider) {
        Map<String, String> properties = new HashMap<>();
        properties.put("jobrelay.node", node);
        properties.put("jobrelay.watches", directory + "/*.yaml");
        properties.put("jobrelay.ledger.url", database.url());
        properties.put("jobrelay.ledger.user", String.valueOf(database.user()));
        properties.put("jobrelay.poll.concurrency", "16");
        for (int account = 0; account < ACCOUNTS; account++) {
            String prefix = "jobrelay.account.a" + account + ".";
            properties.put(prefix + "endpoint", provider.url());
            properties.put(prefix + "signing", "none");
            properties.put(prefix + "requests-per-second", Double.toString(REQUESTS_PER_SECOND));
        }
        return Relay.start(Relay.Scope.POLLING, properties, Clock.systemUTC(), change -> {});
    }

    private static String watch(int account) {
        return """
                - api: huawei-res-job
                  account: a%d
                  parameters: { project_id: p, job_id: j }
                  every: 1s..4s
                """.formatted(account);
    }
}
