package io.jobrelay.camel;

import io.jobrelay.camel.outbox.DeliveryListener;
import io.jobrelay.ledger.Delivery;
import io.jobrelay.ledger.Outbox;
import java.time.Clock;
import java.time.Duration;

/** What deliveries come to, measured. */
final class DeliveryMeter implements DeliveryListener {
    private static final String DELIVERED = "DELIVERED";

    private final Metrics metrics;
    private final Clock clock;

    /**
     * @param clock the ledger's
     */
    DeliveryMeter(Metrics metrics, Clock clock) {
        this.metrics = metrics;
        this.clock = clock;
    }

    @Override
    public void delivered(Delivery delivery) {
        metrics.attempt(delivery.destination(), DELIVERED);
        metrics.delivered(delivery.destination(), Duration.between(delivery.madeAt(), clock.instant()));
    }

    @Override
    public void failed(Delivery delivery, Outbox.Fate fate) {
        metrics.attempt(delivery.destination(), fate.name());
    }
}
