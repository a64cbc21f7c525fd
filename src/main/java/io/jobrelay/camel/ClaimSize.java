package io.jobrelay.camel;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How many watches are claimed at a time: as many as the pollers have been getting through in a tenth of a second, so that a
 * claim is worth its commit and what is claimed is asked for at once; at least one for each poller.
 */
final class ClaimSize {
    private static final long AHEAD = Duration.ofMillis(100).toNanos();

    private final int pollers;
    private final LongSupplier nanoTime;
    private final AtomicLong polled = new AtomicLong();
    private long lastTime;
    private long lastPolled;

    /**
     * @param nanoTime a clock that only runs forward, as {@link System#nanoTime()}
     */
    ClaimSize(int pollers, LongSupplier nanoTime) {
        this.pollers = pollers;
        this.nanoTime = nanoTime;
        this.lastTime = nanoTime.getAsLong();
    }

    /** A poller is done with a watch. */
    void polled() {
        polled.incrementAndGet();
    }

    /** The size of the claim that is made now; by the time that has passed since the last one was. */
    synchronized int next() {
        long now = nanoTime.getAsLong();
        long all = polled.get();
        long passed = Math.max(now - lastTime, AHEAD / pollers);
        long ahead = (all - lastPolled) * AHEAD / passed;
        lastTime = now;
        lastPolled = all;
        return (int) Math.max(pollers, ahead);
    }
}
