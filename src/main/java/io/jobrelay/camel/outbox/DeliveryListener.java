package io.jobrelay.camel.outbox;

import io.jobrelay.ledger.Delivery;
import io.jobrelay.ledger.Outbox;

/** Told of every attempt to deliver once the ledger has its result. */
public interface DeliveryListener {
    /** The destination has it. */
    void delivered(Delivery delivery);

    /** The attempt failed. */
    void failed(Delivery delivery, Outbox.Fate fate);
}
