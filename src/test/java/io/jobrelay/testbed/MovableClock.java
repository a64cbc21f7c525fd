package io.jobrelay.testbed;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;

/** The two clocks of a machine, the one that tells the date and the one that only runs forward, moved as a test wants. */
public final class MovableClock extends Clock {
    private final Clock machine;
    private final LongSupplier nanoTime;
    private volatile Duration passed = Duration.ZERO;
    private volatile Duration jumped = Duration.ZERO;

    private MovableClock(Clock machine, LongSupplier nanoTime) {
        this.machine = machine;
        this.nanoTime = nanoTime;
    }

    /** Stands still until it is moved. */
    public MovableClock(Instant now) {
        this(Clock.fixed(now, ZoneOffset.UTC), () -> 0);
    }

    /** Runs with this machine's. */
    public static MovableClock running() {
        return new MovableClock(Clock.systemUTC(), System::nanoTime);
    }

    /** Time passes. */
    public void advance(Duration by) {
        passed = passed.plus(by);
    }

    /** Somebody sets the clock. */
    public void jump(Duration by) {
        jumped = jumped.plus(by);
    }

    /** Runs forward only, whatever the clock is set to. */
    public long nanoTime() {
        return nanoTime.getAsLong() + passed.toNanos();
    }

    @Override
    public Instant instant() {
        return machine.instant().plus(passed).plus(jumped);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return Clock.fixed(instant(), zone);
    }
}
