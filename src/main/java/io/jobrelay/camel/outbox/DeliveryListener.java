package io.jobrelay.camel.outbox;

import io.jobrelay.delivery.AttemptResult;
import io.jobrelay.ledger.Delivery;

/** Is called for every attempt to deliver once its result is committed. */
public interface DeliveryListener {
    /** The destination has it. */
    void delivered(Delivery delivery);

    /** The attempt failed. */
    void failed(Delivery delivery, AttemptResult result);
}
