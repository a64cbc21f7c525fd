package io.jobrelay.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.jobrelay.camel.Relay;
import io.jobrelay.status.FileStatus;
import io.jobrelay.status.FileStatus.Result;
import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.MovableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory of watch files that is not there: a mount that is late or has gone, a typing error in the glob. */
class WatchDirectoryTest {
    private static final String WATCHED = "select definition from watch where state <> 'REMOVED' order by id";

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));

    @TempDir
    private Path directory;

    private Path watches;
    private Path elsewhere;
    private LedgerView ledger;

    @BeforeEach
    void two_files() throws IOException {
        watches = Files.createDirectory(directory.resolve("watches"));
        elsewhere = directory.resolve("elsewhere");
        ledger = new LedgerView(directory.resolve("ledger.db"));
        Files.writeString(watches.resolve("a.yaml"), watch("a"));
        Files.writeString(watches.resolve("b.yaml"), watch("b"));
    }

    @Test
    void a_start_without_it_removes_nobodys_watches_and_says_what_to_do() throws IOException {
        start().close();
        Files.move(watches, elsewhere);

        try (Relay relay = start()) {
            assertThat(ledger.rows(WATCHED)).hasSize(2);
            assertThat(refused(relay)).singleElement().satisfies(this::says_what_to_do);
            assertThat(relay.reloads().trouble())
                    .hasValueSatisfying(trouble -> assertThat(trouble).contains("is missing"));
        }
    }

    @Test
    void what_was_taken_out_of_it_is_removed_once_it_is_back() throws IOException {
        start().close();
        Files.move(watches, elsewhere);
        try (Relay relay = start()) {
            Files.delete(elsewhere.resolve("b.yaml"));
            Files.move(elsewhere, watches);

            soon().until(() -> ledger.rows(WATCHED).size() == 1);
            soon().until(() -> refused(relay).isEmpty());
            assertThat(ledger.rows(WATCHED)).singleElement().asString().contains("\"a\"");
        }
    }

    @Test
    void its_watches_go_on_when_it_disappears() throws IOException {
        try (Relay relay = start()) {
            Files.move(watches, elsewhere);

            soon().untilAsserted(
                            () -> assertThat(refused(relay)).singleElement().satisfies(this::says_what_to_do));
            assertThat(ledger.rows(WATCHED)).hasSize(2);
        }
    }

    @Test
    void is_no_trouble_where_no_watch_came_from_a_file() throws IOException {
        Files.move(watches, elsewhere);

        try (Relay relay = start()) {
            assertThat(relay.reloads().trouble()).isEmpty();
        }
    }

    @Test
    void the_watches_of_a_file_that_is_gone_from_it_are_removed() throws IOException {
        start().close();
        Files.delete(watches.resolve("a.yaml"));
        Files.delete(watches.resolve("b.yaml"));

        start().close();

        assertThat(ledger.rows(WATCHED)).isEmpty();
    }

    private void says_what_to_do(FileStatus state) {
        assertThat(state.file()).isEqualTo(watches.toString());
        assertThat(state.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.message())
                        .startsWith("jobrelay.watches: this directory is missing")
                        .contains("leave it empty"));
    }

    private static List<FileStatus> refused(Relay relay) {
        return relay.reloads().pending().stream()
                .filter(state -> state.result() == Result.REFUSED)
                .toList();
    }

    private Relay start() {
        Map<String, String> overrides = new HashMap<>(TestWatches.accountsAt("http://127.0.0.1:1"));
        overrides.put("jobrelay.ledger.url", ledger.url());
        overrides.put("jobrelay.watches", watches + "/*.yaml");
        return TestWatches.polling(overrides, clock);
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(15)).pollInterval(Duration.ofMillis(50));
    }

    private static String watch(String job) {
        return "- { api: huawei-res-job, account: huawei, parameters: { project_id: p, job_id: %s } }%n".formatted(job);
    }
}
