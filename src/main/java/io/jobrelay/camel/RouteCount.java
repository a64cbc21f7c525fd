package io.jobrelay.camel;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.support.RoutePolicySupport;
import org.jspecify.annotations.Nullable;

/** Counts what goes through one route. */
final class RouteCount extends RoutePolicySupport {
    private final Clock clock;
    private final List<String> to;
    private final LongAdder begun = new LongAdder();
    private final LongAdder done = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private volatile @Nullable Instant lastDone;
    private volatile @Nullable Instant lastFailed;

    /**
     * @param to where the route may send messages
     */
    RouteCount(Clock clock, List<String> to) {
        this.clock = clock;
        this.to = List.copyOf(to);
    }

    List<String> to() {
        return to;
    }

    @Override
    public void onExchangeBegin(Route route, Exchange exchange) {
        begun.increment();
    }

    @Override
    public void onExchangeDone(Route route, Exchange exchange) {
        Instant now = clock.instant();
        if (exchange.isFailed()) {
            failed.increment();
            lastFailed = now;
        }
        lastDone = now;
        done.increment();
    }

    long exchanges() {
        return done.sum();
    }

    long failed() {
        return failed.sum();
    }

    /** What is done is read first: a message that comes in between is in flight, and none is in flight that never came. */
    long inflight() {
        long before = done.sum();
        return begun.sum() - before;
    }

    @Nullable
    Instant lastDone() {
        return lastDone;
    }

    @Nullable
    Instant lastFailed() {
        return lastFailed;
    }
}
