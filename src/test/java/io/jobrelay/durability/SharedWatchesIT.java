package io.jobrelay.durability;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.PostgresqlServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Watch files belong to all nodes of a ledger, even to one that cannot see them. */
class SharedWatchesIT {
    private final LedgerSettings database = PostgresqlServer.shared().ledger("shared-watches");
    private final LedgerView ledger = new LedgerView(database.url() + "?user=" + database.user());

    @TempDir
    private Path directory;

    @Test
    void a_node_whose_watch_directory_is_missing_removes_nobodys_watches() throws IOException {
        Installation first = installation("first").write("watches/a.yaml", """
                - { api: huawei-res-job, account: cloud, parameters: { project_id: p, job_id: j } }
                """);
        Installation second = installation("second");

        try (JobrelayProcess watching = first.start()) {
            await(watching, "page=");
            try (JobrelayProcess stale = second.start()) {
                await(stale, "watches: jobrelay.watches: this directory is missing");
                await(stale, "page=");
                assertThat(ledger.rows("select state from watch")).containsExactly("ACTIVE");
            }
        }
    }

    private static void await(JobrelayProcess node, String message) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .failFast(() -> assertThat(node.alive()).as(node.log()).isTrue())
                .until(() -> node.log().contains(message));
    }

    private Installation installation(String name) throws IOException {
        return new Installation(Files.createDirectory(directory.resolve(name)))
                .set("jobrelay.node", name)
                .set("jobrelay.ledger.url", database.url())
                .set("jobrelay.ledger.user", String.valueOf(database.user()))
                .set("jobrelay.account.cloud.endpoint", "http://127.0.0.1:1")
                .set("jobrelay.account.cloud.signing", "none");
    }
}
