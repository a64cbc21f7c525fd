package io.jobrelay.camel.outbox;

import io.jobrelay.delivery.DeliverySchedule;
import io.jobrelay.ledger.Outbox;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleSupplier;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;

/**
 * {@code outbox:<destination>}: durable, in order per job. Writing to it puts the message's change into the destination's
 * outbox; reading from it delivers the changes, each until the route ends without an exception or the schedule is
 * exhausted.
 *
 * <p>A destination with {@code jobrelay.destination.<name>.enabled=false} takes nothing in, and its reader rests.
 */
public final class OutboxComponent extends DefaultComponent {
    private final Outbox outbox;
    private final DeliverySchedule schedule;
    private final DoubleSupplier random;
    private final Clock clock;
    private final Set<String> disabled;

    /**
     * @param random from 0 to 1
     * @param disabled destinations that are switched off
     */
    public OutboxComponent(
            Outbox outbox, DeliverySchedule schedule, DoubleSupplier random, Clock clock, Set<String> disabled) {
        this.outbox = outbox;
        this.schedule = schedule;
        this.random = random;
        this.clock = clock;
        this.disabled = Set.copyOf(disabled);
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        OutboxEndpoint endpoint = new OutboxEndpoint(uri, this, remaining);
        setProperties(endpoint, parameters);
        return endpoint;
    }

    Outbox outbox() {
        return outbox;
    }

    DeliverySchedule schedule() {
        return schedule;
    }

    DoubleSupplier random() {
        return random;
    }

    Clock clock() {
        return clock;
    }

    boolean takes(String destination) {
        return !disabled.contains(destination);
    }
}
