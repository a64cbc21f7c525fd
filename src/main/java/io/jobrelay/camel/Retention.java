package io.jobrelay.camel;

import io.jobrelay.ledger.Purge;
import io.jobrelay.settings.Settings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/** Deletes what is over for longer than the settings say. */
public final class Retention {
    private final Purge purge;
    private final Supplier<Settings> settings;
    private final Clock clock;
    private final BooleanSupplier stopping;

    Retention(Purge purge, Supplier<Settings> settings, Clock clock, BooleanSupplier stopping) {
        this.purge = purge;
        this.settings = settings;
        this.clock = clock;
        this.stopping = stopping;
    }

    /** Goes on bit by bit until all is deleted; a stop need not wait for that. */
    public void purge() {
        purge(settings.get().retention(), purge::deliveries);
        Duration jobs = settings.get().jobRetention();
        if (!jobs.isZero()) {
            purge(jobs, purge::watches);
        }
    }

    private void purge(Duration kept, ToIntFunction<Instant> some) {
        Instant before = clock.instant().minus(kept);
        while (!stopping.getAsBoolean() && some.applyAsInt(before) > 0) {
            // the next ones
        }
    }
}
