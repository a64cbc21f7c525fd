package io.jobrelay.durability;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicLong;

/** The machine's two clocks: time passes faster now and then, and the one that tells the date is put somewhere else. */
final class ShiftedClock extends Clock {
    private volatile Clock clock = Clock.systemUTC();

    private final AtomicLong passed = new AtomicLong();

    /** Time passes. */
    void advance(Duration by) {
        passed.addAndGet(by.toNanos());
        jump(by);
    }

    /** Somebody sets the clock. */
    void jump(Duration by) {
        clock = Clock.offset(clock, by);
    }

    long nanoTime() {
        return System.nanoTime() + passed.get();
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
