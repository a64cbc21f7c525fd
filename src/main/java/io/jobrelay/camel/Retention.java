package io.jobrelay.camel;

import io.jobrelay.ledger.Outbox;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Forgets what has been settled for longer than the retention. Dead deliveries are kept. */
public final class Retention {
    private final Outbox outbox;
    private final Supplier<Duration> retention;
    private final Clock clock;
    private final BooleanSupplier stopping;

    Retention(Outbox outbox, Supplier<Duration> retention, Clock clock, BooleanSupplier stopping) {
        this.outbox = outbox;
        this.retention = retention;
        this.clock = clock;
        this.stopping = stopping;
    }

    /** Goes on bit by bit until all is forgotten; a stop need not wait for that. */
    public void forget() {
        Instant before = clock.instant().minus(retention.get());
        int some;
        do {
            some = outbox.forget(before);
        } while (some > 0 && !stopping.getAsBoolean());
    }
}
