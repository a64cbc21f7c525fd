package io.jobrelay.camel.outbox;

import io.jobrelay.delivery.AttemptResult;
import io.jobrelay.ledger.Delivery;

/** Told of every attempt to deliver once the ledger has its result. */
public interface DeliveryListener {
    /** The destination has it. */
    void delivered(Delivery delivery);

    /** The attempt failed. */
    void failed(Delivery delivery, AttemptResult result);
}
