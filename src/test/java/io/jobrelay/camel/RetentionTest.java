package io.jobrelay.camel;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.ledger.Leases;
import io.jobrelay.ledger.LedgerClock;
import io.jobrelay.ledger.LedgerDatabase;
import io.jobrelay.ledger.Nodes;
import io.jobrelay.ledger.Purge;
import io.jobrelay.settings.PropertyFile;
import io.jobrelay.settings.Settings;
import io.jobrelay.settings.SettingsReader;
import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.MovableClock;
import io.jobrelay.trust.Secrets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetentionTest {
    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"30d, 29, 1", "30d, 31, 0", "0, 3650, 1", "5d, 6, 0"})
    void removed_watches_are_kept_as_long_as_the_settings_say(String kept, int days, int left) throws SQLException {
        Settings settings = settings(kept);
        LedgerView view = new LedgerView(settings.ledger().url());
        try (LedgerDatabase ledger = LedgerDatabase.open(settings.ledger())) {
            try (Connection connection = view.connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("insert into lease (shard) values ('account/acme')");
                statement.execute("insert into watch (id, definition, account, source, state, due_at)"
                        + " values ('w', '{}', 'acme', 'w.yaml', 'REMOVED', " + clock.millis() + ")");
            }
            clock.advance(Duration.ofDays(days));
            LedgerClock time = LedgerClock.of(ledger, clock, clock::nanoTime);

            Nodes nodes = new Nodes(ledger, time, clock::nanoTime, new Nodes.Self("node", "test"), () -> "node");
            try (Leases leases = new Leases(ledger, nodes.lease())) {
                leases.look();
                new Retention(new Purge(ledger, time, leases, () -> false), () -> settings, time).purge();
            }

            assertThat(view.rows("select id from watch")).hasSize(left);
        }
    }

    private Settings settings(String kept) {
        Map<String, String> properties = Map.of(
                "jobrelay.ledger.url",
                "jdbc:sqlite:" + directory.resolve("ledger.db"),
                "jobrelay.retention.jobs",
                kept);
        PropertyFile file = PropertyFile.of("application.properties", "").with(properties.keySet());
        return new SettingsReader(file, key -> Optional.ofNullable(properties.get(key)), new Secrets()).read();
    }
}
