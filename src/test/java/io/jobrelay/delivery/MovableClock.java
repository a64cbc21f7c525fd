package io.jobrelay.delivery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that goes when it is told to. */
public final class MovableClock extends Clock {
    private volatile Instant now;
    private volatile Duration passed = Duration.ZERO;

    public MovableClock(Instant now) {
        this.now = now;
    }

    /** Time passes. */
    public void advance(Duration by) {
        passed = passed.plus(by);
        now = now.plus(by);
    }

    /** Somebody sets the clock. */
    public void jump(Duration by) {
        now = now.plus(by);
    }

    /** The time that has passed, whatever the clock was set to. */
    public Duration passed() {
        return passed;
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return Clock.fixed(now, zone);
    }
}
