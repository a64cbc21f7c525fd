package io.jobrelay.camel;

import io.jobrelay.ledger.Outbox;
import java.time.Clock;
import java.time.Duration;

/** Forgets what has been settled for longer than the retention. Dead deliveries are kept. */
public final class Retention {
    private final Outbox outbox;
    private final Duration retention;
    private final Clock clock;

    Retention(Outbox outbox, Duration retention, Clock clock) {
        this.outbox = outbox;
        this.retention = retention;
        this.clock = clock;
    }

    public void forget() {
        outbox.forget(clock.instant().minus(retention));
    }
}
