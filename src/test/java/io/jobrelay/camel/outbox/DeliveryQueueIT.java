package io.jobrelay.camel.outbox;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jobrelay.ledger.LeaseLostException;
import io.jobrelay.ledger.Leases;
import io.jobrelay.ledger.LedgerClock;
import io.jobrelay.ledger.LedgerDatabase;
import io.jobrelay.ledger.Nodes;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.ledger.Shard;
import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.MovableClock;
import io.jobrelay.testbed.PostgresqlServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a node delivers of a destination that is taken from it, and is its own again, while it does. */
@Timeout(60)
class DeliveryQueueIT {
    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));

    @TempDir
    private Path directory;

    @Test
    void what_was_in_flight_when_the_lease_was_lost_is_sent_again_under_the_next() throws SQLException {
        LedgerSettings settings =
                PostgresqlServer.shared().ledger(directory.getFileName().toString());
        try (LedgerDatabase database = LedgerDatabase.open(settings);
                Connection connection = new LedgerView(settings.url() + "?user=" + settings.user()).connect();
                Statement sql = connection.createStatement()) {
            LedgerClock time = LedgerClock.of(database, clock, clock::nanoTime);
            Nodes nodes = new Nodes(database, time, clock::nanoTime, new Nodes.Self("one", "test"), () -> "one");
            Leases leases = new Leases(database, nodes.lease());
            leases.want(Shard.destination("hook"));
            DeliveryQueue queue = new DeliveryQueue(new Outbox(database, time), leases, time, "hook", () -> {});
            sql.execute("""
                    insert into change (account, event_id, subject, sequence, type, event, created_at, event_time)
                        values ('acme', 'e', 'job', 1, 't', 'x', 0, 0);
                    insert into delivery (destination, change, subject, sequence, status, updated_at)
                        select 'hook', position, subject, sequence, 'PENDING', 0 from change;
                    insert into destination (name) values ('hook')""");
            queue.fill();
            Attempt first = requireNonNull(queue.poll());

            sql.execute("update lease set token = token + 1");
            leases.look();
            queue.fill();
            assertThat(queue.poll()).as("one at a time").isNull();
            CompletableFuture<?> settled = queue.delivered(first, Set.of());
            assertThat(catchThrowableOfType(CompletionException.class, settled::join))
                    .hasRootCauseInstanceOf(LeaseLostException.class);
            clock.advance(Duration.ofSeconds(2));
            queue.fill();

            Attempt again = requireNonNull(queue.poll());
            assertThat(again.delivery().eventId()).isEqualTo("e");
            assertThat(again.delivery().lease()).isNotEqualTo(first.delivery().lease());
            queue.delivered(again, Set.of()).join();
        }
    }
}
