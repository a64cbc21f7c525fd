package io.jobrelay.camel.outbox;

import static java.util.stream.Collectors.toUnmodifiableSet;

import io.jobrelay.delivery.CircuitBreaker;
import io.jobrelay.delivery.DeliveryFailedException;
import io.jobrelay.delivery.DeliverySchedule;
import io.jobrelay.ledger.Leases;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.ledger.Shard;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.settings.Destination;
import io.jobrelay.settings.Settings.DeliverySettings;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
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

    private static final String TAKE_OUT = "take out what waits: jobrelay deliveries move, or discard";

    /** A dot would end the name within the id of a delivery. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+");

    private final Outbox outbox;
    private final Leases leases;
    private final Clock clock;
    private final Supplier<DeliverySettings> delivery;
    private final DoubleSupplier random;
    private final Supplier<Map<String, Destination>> destinations;
    private final Secrets secrets;
    private final DeliveryListener listener;
    private final Map<String, OutboxConsumer> consumers = new ConcurrentHashMap<>();
    private final RouterFailures routerFailures = new RouterFailures();
    private final Set<String> read = ConcurrentHashMap.newKeySet();
    private final Set<String> unread = ConcurrentHashMap.newKeySet();

    /**
     * @param clock the ledger's
     * @param delivery asked each time
     * @param random from 0 to 1
     * @param destinations by name, asked each time; an outbox may have none, and then has no settings
     */
    public OutboxComponent(
            Outbox outbox,
            Leases leases,
            Clock clock,
            Supplier<DeliverySettings> delivery,
            DoubleSupplier random,
            Supplier<Map<String, Destination>> destinations,
            Secrets secrets,
            DeliveryListener listener) {
        this.outbox = outbox;
        this.leases = leases;
        this.clock = clock;
        this.delivery = delivery;
        this.random = random;
        this.destinations = destinations;
        this.secrets = secrets;
        this.listener = listener;
        leases.addOwner(shard -> consumers.values().stream().allMatch(consumer -> consumer.ended(shard)));
        leases.onLook(() -> consumers.values().forEach(OutboxConsumer::look));
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        if (!NAME.matcher(remaining).matches()) {
            throw new IllegalArgumentException(
                    "outbox:%s: a destination's name must be letters, digits, hyphens and underscores"
                            .formatted(remaining));
        }
        OutboxEndpoint endpoint = new OutboxEndpoint(uri, this, remaining);
        setProperties(endpoint, parameters);
        return endpoint;
    }

    /** Before any route is built. */
    @Override
    protected void doInit() throws Exception {
        super.doInit();
        getCamelContext().addRoutePolicyFactory(routerFailures);
    }

    /** The failure of a router's exchange, with the expression that fails on its event. */
    public Exception explain(String routeId, Exchange exchange, Exception failure) {
        return failure instanceof DeliveryFailedException
                ? failure
                : routerFailures.explain(routeId, exchange, failure);
    }

    Outbox outbox() {
        return outbox;
    }

    DeliverySchedule schedule() {
        return delivery.get().schedule();
    }

    CircuitBreaker circuit() {
        return delivery.get().circuit();
    }

    Duration timeout() {
        return delivery.get().timeout();
    }

    Clock clock() {
        return clock;
    }

    DeliveryQueue queue(String destination, Runnable reader) {
        return new DeliveryQueue(outbox, leases, clock, destination, reader);
    }

    DoubleSupplier random() {
        return random;
    }

    Secrets secrets() {
        return secrets;
    }

    DeliveryListener listener() {
        return listener;
    }

    /** False if the destination is switched off. */
    public boolean takes(String destination) {
        Destination settings = destinations.get().get(destination);
        return settings == null || settings.enabled();
    }

    /** An outbox has one consumer, which keeps what it knows of it in memory. */
    void addReader(String destination, OutboxConsumer consumer) {
        if (consumers.putIfAbsent(destination, consumer) != null) {
            throw new IllegalStateException(
                    "outbox:%s: is read by another route already; let one route read it".formatted(destination));
        }
        read.add(destination);
        if (!destination.equals(Outbox.CHANGES)) {
            leases.want(Shard.destination(destination));
        }
    }

    void removeReader(String destination, OutboxConsumer consumer) {
        leases.leave(Shard.destination(destination));
        consumers.remove(destination, consumer);
    }

    /** Finds out again which outboxes are read, after routes were removed. */
    public void forgetReaders() {
        read.retainAll(routed());
        unread.removeAll(read);
    }

    /** Logs each outbox that some route sends to and none reads. */
    public void tellUnread() {
        getCamelContext().getEndpoints().stream()
                .filter(OutboxEndpoint.class::isInstance)
                .map(endpoint -> ((OutboxEndpoint) endpoint).destination())
                .filter(this::takes)
                .forEach(this::tellIfUnread);
    }

    /** Logs, once, an outbox that no route reads. */
    void tellIfUnread(String destination) {
        if (!read.contains(destination) && unread.add(destination)) {
            LOG.error(
                    "outbox={} is read by no route: what it is given waits there until routes/destinations/ has one"
                            + " from outbox:{}",
                    destination,
                    destination);
        }
    }

    /** Why what waits for the destination is not sent, and what to do; empty if a route reads it. */
    public Optional<String> unread(String destination) {
        if (!read.contains(destination) && !routed().contains(destination)) {
            return Optional.of("outbox:%s: no route reads it; add one to routes/destinations/, or %s"
                    .formatted(destination, TAKE_OUT));
        }
        return takes(destination)
                ? Optional.empty()
                : Optional.of(
                        "jobrelay.destination.%s.enabled: is false, so that nothing is sent; set it to true, or %s"
                                .formatted(destination, TAKE_OUT));
    }

    /** The destinations that have a route, which rests while they are switched off. */
    private Set<String> routed() {
        return getCamelContext().getRoutes().stream()
                .map(Route::getEndpoint)
                .filter(OutboxEndpoint.class::isInstance)
                .map(endpoint -> ((OutboxEndpoint) endpoint).destination())
                .collect(toUnmodifiableSet());
    }
}
