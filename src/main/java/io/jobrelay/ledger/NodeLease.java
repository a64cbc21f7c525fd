package io.jobrelay.ledger;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * For how long this node may rely on what it has leased. It counts from before the last heartbeat that came through was
 * sent, by a clock that cannot be set: it is over here before another node may take over. While it is over nothing is
 * begun and nothing is sent; the next heartbeat that comes through starts another incarnation, which has leased nothing.
 *
 * <p>Where one node alone works on the ledger it is never over: a ledger that hangs loses nothing to itself.
 */
public final class NodeLease {
    /** How long a node keeps what it has leased without a heartbeat. */
    public static final Duration TERM = Duration.ofSeconds(6);

    private final LongSupplier nanoTime;
    private final boolean ends;
    private volatile @Nullable Held held;

    private record Held(String incarnation, long until) {}

    /**
     * @param nanoTime a clock that only runs forward
     * @param ends false where there can be no other node
     */
    NodeLease(LongSupplier nanoTime, boolean ends) {
        this.nanoTime = nanoTime;
        this.ends = ends;
    }

    /**
     * @param sent when the heartbeat was sent, by the clock that only runs forward
     */
    void renew(String incarnation, long sent) {
        held = new Held(incarnation, sent + TERM.toNanos());
    }

    void end() {
        held = null;
    }

    /** The incarnation that may lease something now; empty while the lease is over. */
    public Optional<String> incarnation() {
        Held last = held;
        return last == null || left(last) <= 0 ? Optional.empty() : Optional.of(last.incarnation);
    }

    /** False once another node may have taken what was leased in that incarnation. */
    public boolean holds(String incarnation) {
        return incarnation().filter(incarnation::equals).isPresent();
    }

    /** For how long it holds if no further heartbeat comes through. */
    public Duration left() {
        Held last = held;
        return last == null ? Duration.ZERO : Duration.ofNanos(Math.max(0, left(last)));
    }

    private long left(Held last) {
        return ends ? last.until - nanoTime.getAsLong() : TERM.toNanos();
    }
}
