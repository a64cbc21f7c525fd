package io.jobrelay.camel.outbox;

import io.jobrelay.delivery.DeliverySchedule;
import io.jobrelay.ledger.Outbox;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code outbox:<destination>}: durable, in order per job. Writing to it puts the message's change into the destination's
 * outbox; reading from it delivers the changes, each until the route ends without an exception or the schedule is
 * exhausted.
 *
 * <p>A destination with {@code jobrelay.destination.<name>.enabled=false} takes nothing in, and its reader rests.
 */
public final class OutboxComponent extends DefaultComponent {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxComponent.class);

    private final Outbox outbox;
    private final DeliverySchedule schedule;
    private final DoubleSupplier random;
    private final Clock clock;
    private final Set<String> disabled;
    private final Set<String> read = ConcurrentHashMap.newKeySet();

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

    void hasReader(String destination) {
        read.add(destination);
    }

    /** Tells, once, of an outbox that no route reads. */
    void tellIfUnread(String destination) {
        if (read.add(destination)) {
            LOG.error(
                    "outbox={} is read by no route: what it is given waits there until routes/destinations/ has one"
                            + " from outbox:{}",
                    destination,
                    destination);
        }
    }
}
