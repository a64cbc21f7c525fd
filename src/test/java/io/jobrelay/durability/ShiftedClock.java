package io.jobrelay.durability;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/** The machine's clock, put forward now and then. */
final class ShiftedClock extends Clock {
    private volatile Clock clock = Clock.systemUTC();

    void advance(Duration by) {
        clock = Clock.offset(clock, by);
    }

    @Override
    public Instant instant() {
        return clock.instant();
    }

    @Override
    public ZoneId getZone() {
        return clock.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return clock.withZone(zone);
    }
}
