package io.jobrelay.camel.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobrelay.delivery.CircuitBreaker;
import io.jobrelay.delivery.DeliverySchedule;
import io.jobrelay.ledger.Delivery;
import io.jobrelay.ledger.LedgerClock;
import io.jobrelay.ledger.LedgerDatabase;
import io.jobrelay.ledger.Nodes;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.settings.Settings.DeliverySettings;
import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.trust.Secrets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutboxComponentTest {
    private static final DeliveryListener UNHEARD = new DeliveryListener() {
        @Override
        public void delivered(Delivery delivery) {}

        @Override
        public void failed(Delivery delivery, Outbox.Fate fate) {}
    };

    @TempDir
    Path directory;

    /** The dot ends the name within the id of a delivery. */
    @Test
    void refuses_a_name_with_a_dot() throws Exception {
        try (LedgerDatabase database =
                        LedgerDatabase.open(new LedgerSettings("jdbc:sqlite:" + directory.resolve("ledger.db")));
                DefaultCamelContext context = new DefaultCamelContext()) {
            DeliverySettings delivery =
                    new DeliverySettings(DeliverySchedule.STANDARD, Duration.ofSeconds(20), CircuitBreaker.STANDARD);
            LedgerClock clock = LedgerClock.of(database, Clock.systemUTC(), System::nanoTime);
            Nodes nodes = new Nodes(database, clock, System::nanoTime, new Nodes.Self("one", "test"), () -> "one");
            Outbox outbox = new Outbox(database, clock, delivery.circuit(), nodes.lease());
            context.addComponent(
                    "outbox", new OutboxComponent(outbox, () -> delivery, () -> 0, Map::of, new Secrets(), UNHEARD));

            assertThat(context.getEndpoint("outbox:my-hook_2")).isNotNull();
            assertThatThrownBy(() -> context.getEndpoint("outbox:my.hook"))
                    .hasRootCauseMessage(
                            "outbox:my.hook: a destination's name must be letters, digits, hyphens and underscores");
        }
    }
}
