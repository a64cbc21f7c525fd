package io.jobrelay.camel.outbox;

import static java.util.Objects.requireNonNullElse;

import io.jobrelay.delivery.AttemptResult;
import io.jobrelay.delivery.Circuit;
import io.jobrelay.delivery.Circuit.Transition;
import io.jobrelay.delivery.CircuitBreaker;
import io.jobrelay.delivery.DeliveryFailure;
import io.jobrelay.ledger.Delivery;
import io.jobrelay.ledger.History.Place;
import io.jobrelay.ledger.Lease;
import io.jobrelay.ledger.Leases;
import io.jobrelay.ledger.LedgerException;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.ledger.Outbox.CircuitChange;
import io.jobrelay.ledger.Shard;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What may be sent to a destination now. One thread fills it from the outbox, many take attempts from it and say what they came
 * to. It follows the leases: what it knows of a shard is this node's for as long as the lease is, and is read again with another
 * one, and after an edit. While it is in doubt whether the last results are committed, nothing is sent.
 */
final class DeliveryQueue {
    private static final int PAGE = 256;
    private static final int MOST = 2_000;
    /** What the ledger did not take is not sent again at once, and what it never will, seldom. */
    private static final Duration AFTER_TROUBLE = Duration.ofSeconds(1);

    private static final Duration AFTER_REFUSAL = Duration.ofMinutes(1);

    private final Outbox outbox;
    private final Leases leases;
    private final Clock clock;
    private final Shard shard;
    private final boolean routing;
    private final Runnable reader;
    private final Backlog backlog = new Backlog();
    private final Set<Attempt> underWay = new HashSet<>();
    private Circuit circuit = Circuit.NEW;
    private @Nullable Attempt probe;
    private Set<Lease> owned = Set.of();
    private long edits;
    private Place read = Place.START;
    private int again;
    private boolean more = true;
    /** True once something that was passed over as in flight is on disk alone. */
    private boolean passedOver;

    private volatile boolean inDoubt;
    private boolean suspended;
    private boolean stopped;

    /**
     * @param destination {@link Outbox#CHANGES} for what is to be routed, of all accounts that are this node's
     * @param clock the ledger's
     * @param reader called when there is something to {@link #fill}
     */
    DeliveryQueue(Outbox outbox, Leases leases, Clock clock, String destination, Runnable reader) {
        this.outbox = outbox;
        this.leases = leases;
        this.clock = clock;
        this.shard = Shard.destination(destination);
        this.routing = destination.equals(Outbox.CHANGES);
        this.reader = reader;
    }

    /**
     * Reads what is due and fits in.
     *
     * @return true if there is more to be read at once
     */
    boolean fill() {
        if (inDoubt) {
            if (outbox.trouble().isPresent()) {
                return false;
            }
            leases.look();
            inDoubt = false;
        }
        followLeases();
        boolean found = readNew();
        return readDue() || found;
    }

    private void followLeases() {
        // The edits first: what is edited after they are read is read once more.
        long nowEdits = routing ? 0 : leases.edits(shard);
        Set<Lease> now = routing
                ? Set.copyOf(leases.of(Shard.Kind.ACCOUNT))
                : leases.of(shard).map(Set::of).orElse(Set.of());
        boolean gains = !owned.containsAll(now); // only this thread changes these
        boolean edited = nowEdits != edits && !now.isEmpty();
        Circuit kept = !routing && (gains || edited) ? outbox.circuit(shard.name()) : null;
        synchronized (this) {
            if (edited || !now.equals(owned)) {
                backlog.forget(lease -> edited || !now.contains(lease));
            }
            if (gains || edited || passedOver) {
                read = Place.START;
                again = 0;
                passedOver = false;
            }
            if (kept != null) {
                circuit = gains ? kept.resumed(clock.instant()) : kept;
                edits = nowEdits;
            }
            owned = now;
        }
    }

    private boolean readNew() {
        Set<Lease> from;
        int most;
        synchronized (this) {
            int room = Math.min(PAGE, backlog.room());
            more = true;
            if (owned.isEmpty() || room == 0 || circuit.disabled() != null) {
                return false;
            }
            from = owned;
            most = Math.min(MOST, room + again);
            backlog.read();
        }
        Outbox.Page page = outbox.pending(shard.name(), from, read, most);
        synchronized (this) {
            backlog.add(page.deliveries(), clock.instant());
            read = page.read();
            again = page.again();
            more = page.deliveries().size() == most && most < MOST;
            notify();
            return more;
        }
    }

    private boolean readDue() {
        for (int i = 0; i < PAGE; i++) {
            Optional<Backlog.OnDisk> due = nextDue();
            if (due.isEmpty()) {
                return false;
            }
            Backlog.OnDisk line = due.get();
            List<Delivery> found =
                    outbox.pendingOf(shard.name(), line.lease(), line.subject(), line.from(), Backlog.MOST_OF_ONE);
            synchronized (this) {
                backlog.load(line, found, found.size() < Backlog.MOST_OF_ONE, clock.instant());
                notify();
            }
        }
        return true;
    }

    private synchronized Optional<Backlog.OnDisk> nextDue() {
        Instant now = clock.instant();
        return backlog.room() > 0 && circuit.flows(now) ? backlog.due(now) : Optional.empty();
    }

    /** Waits for something that may be sent; null once the queue is stopped. */
    synchronized @Nullable Attempt take() throws InterruptedException {
        Attempt attempt = null;
        while (!stopped && (attempt = poll()) == null) {
            wait();
        }
        return attempt;
    }

    /** Null if nothing may be sent now. */
    synchronized @Nullable Attempt poll() {
        if (!maySend()) {
            return null;
        }
        Attempt attempt = new Attempt(backlog.take(), circuit.open(), clock.instant());
        if (attempt.probe()) {
            probe = attempt;
        }
        underWay.add(attempt);
        notify(); // there may be more
        return attempt;
    }

    private boolean maySend() {
        return !inDoubt
                && !suspended
                && circuit.flows(clock.instant())
                && !(circuit.open() && probe != null)
                && backlog.next()
                        .filter(lease ->
                                leases.of(lease.shard()).filter(lease::equals).isPresent())
                        .isPresent();
    }

    /** Lets a worker look whether something may be sent: it wakes the next one. */
    synchronized void wakeOne() {
        notify();
    }

    /** Nothing more is taken, or again what there is. */
    synchronized void suspend(boolean now) {
        suspended = now;
        notify();
    }

    synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    /** The attempts that started before that time. */
    synchronized List<Attempt> begunBefore(Instant time) {
        return underWay.stream()
                .filter(attempt -> attempt.begin().isBefore(time))
                .toList();
    }

    /** Waits until nothing is under way, once the queue is stopped; false if that takes longer. */
    synchronized boolean awaitEnd(Duration most) throws InterruptedException {
        for (long end = System.nanoTime() + most.toNanos(); !underWay.isEmpty(); ) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    /** True if nothing of the shard is under way, and everything is written. */
    synchronized boolean ended(Shard which) {
        return backlog.isIdle(lease -> lease.shard().equals(which));
    }

    synchronized Circuit circuit() {
        return circuit;
    }

    /**
     * The destination has it. The future ends once the ledger has that, with what it changed of the circuit; or it fails, and
     * the delivery is made again.
     */
    CompletableFuture<Transition> delivered(Attempt attempt, Set<String> onward) {
        Transition transition = Transition.NONE;
        CircuitChange change = null;
        synchronized (this) {
            Circuit alive = circuit.alive();
            if (!alive.equals(circuit)) {
                transition = circuit.open() ? Transition.CLOSED : Transition.NONE;
                circuit = alive;
                change = routing ? null : new CircuitChange(alive, edits);
            }
        }
        Transition closed = transition;
        return outbox.delivered(attempt.delivery(), onward, change)
                .whenComplete((done, trouble) -> land(attempt, trouble, null))
                .thenApply(done -> closed);
    }

    /**
     * What an attempt came to that failed.
     *
     * @param pause before the next one may be made
     */
    record Failed(AttemptResult result, Transition transition, Duration pause) {}

    /**
     * The attempt failed, as {@link #delivered} otherwise. If its time was up and its thread is still at it, its line waits for
     * that as well.
     *
     * @param wait until the next attempt if this one counts; empty if there is none left
     */
    CompletableFuture<Failed> failed(
            Attempt attempt, DeliveryFailure failure, Optional<Duration> wait, CircuitBreaker breaker) {
        Instant now = clock.instant();
        Failed failed;
        CircuitChange change;
        synchronized (this) {
            Circuit.Outcome outcome = routing
                    ? circuit.unroutable(failure, attempt.probe(), breaker, now)
                    : circuit.failed(failure, attempt.probe(), wait.isEmpty(), breaker, now);
            AttemptResult result = outcome.result();
            boolean idle = result == AttemptResult.DEAD && !more && backlog.isOnly(attempt.delivery());
            circuit = idle ? outcome.circuit().idle() : outcome.circuit();
            change = new CircuitChange(circuit, edits);
            // The next probe takes another delivery, if another is due by then; and what cannot be routed now, cannot
            // at once.
            Duration later = attempt.probe() || routing ? breaker.probeEvery() : Duration.ZERO;
            failed = new Failed(
                    result, outcome.transition(), result == AttemptResult.RETRIED ? wait.orElse(later) : later);
        }
        Instant dueAt = now.plus(failed.pause);
        Instant retryAt = failed.result == AttemptResult.DEAD ? null : dueAt;
        return outbox.failed(attempt.delivery(), failed.result, failure.error(), dueAt, change)
                .whenComplete((done, trouble) -> {
                    endProbe(attempt);
                    CompletableFuture<Void> unused = attempt.returned().thenRun(() -> land(attempt, trouble, retryAt));
                })
                .thenApply(done -> failed);
    }

    /** The attempt has no result: the delivery is made again after a while. */
    void cutShort(Attempt attempt) {
        land(attempt, null, clock.instant().plus(AFTER_REFUSAL));
    }

    private synchronized void endProbe(Attempt attempt) {
        if (attempt == probe) {
            probe = null;
        }
    }

    private void land(Attempt attempt, @Nullable Throwable trouble, @Nullable Instant retryAt) {
        Delivery delivery = attempt.delivery();
        boolean toRead;
        synchronized (this) {
            if (!underWay.remove(attempt)) {
                return;
            }
            if (trouble != null) {
                boolean refused =
                        requireNonNullElse(trouble.getCause(), trouble) instanceof LedgerException e && e.refused();
                inDoubt = inDoubt || !refused;
                backlog.retry(delivery, clock.instant().plus(refused ? AFTER_REFUSAL : AFTER_TROUBLE));
            } else if (retryAt != null) {
                backlog.retry(delivery, retryAt);
            } else {
                backlog.settled(delivery);
            }
            if (!owned.contains(delivery.lease())) {
                backlog.forget(delivery.lease()::equals);
                // If the shard is this node's again, what was read since then has left it out.
                passedOver = true;
            }
            endProbe(attempt);
            toRead = inDoubt
                    || passedOver
                    || (more && backlog.room() >= PAGE)
                    || backlog.due(clock.instant()).isPresent();
            wakeOne();
        }
        if (toRead) {
            reader.run();
        }
    }
}
