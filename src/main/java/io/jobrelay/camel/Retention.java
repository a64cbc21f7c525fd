package io.jobrelay.camel;

import io.jobrelay.ledger.Purge;
import io.jobrelay.settings.Settings;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;

/** Deletes what is over for longer than the settings say. */
public final class Retention {
    private final Purge purge;
    private final Supplier<Settings> settings;
    private final Clock clock;

    Retention(Purge purge, Supplier<Settings> settings, Clock clock) {
        this.purge = purge;
        this.settings = settings;
        this.clock = clock;
    }

    /** Goes on until all is deleted, or the purge is told to stop. */
    public void purge() {
        purge.deliveries(clock.instant().minus(settings.get().retention()));
        Duration jobs = settings.get().jobRetention();
        if (!jobs.isZero()) {
            purge.watches(clock.instant().minus(jobs));
        }
    }
}
