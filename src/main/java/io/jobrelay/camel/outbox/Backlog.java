package io.jobrelay.camel.outbox;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingLong;
import static java.util.Objects.requireNonNull;

import io.jobrelay.ledger.Delivery;
import io.jobrelay.ledger.Lease;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What of an outbox is in memory: some thousand deliveries, in one line for each job. Of a line one delivery at a time is in
 * flight, in the order of the job's changes; the others wait for it, and no other line does. What does not fit stays on disk.
 * A line that has to wait until a retry keeps nothing but that time, so that any number of them hold up no other line.
 *
 * <p>It is right whatever the threads do, since each delivery that is read is in one of three places until the ledger has what
 * became of it: in flight, in its line, or on disk with its line knowing so. What is settled while a read is under way may be in
 * what that finds, and is left out. To be called by one thread at a time.
 */
final class Backlog {
    private static final int MOST = 2_000;
    private static final long MOST_BYTES = 8 << 20;
    /** A job with many changes takes no more room than this. */
    static final int MOST_OF_ONE = 16;

    private static final long NOTHING = Long.MAX_VALUE;

    private final Map<String, Line> lines = new HashMap<>();
    private final Queue<Line> ready = new ArrayDeque<>();
    private final PriorityQueue<Line> resting = new PriorityQueue<>(comparing(line -> line.dueAt));
    private final Map<Long, Delivery> inFlight = new HashMap<>();
    private final Set<Long> settled = new HashSet<>();
    private int waiting;
    private long bytes;

    /** The deliveries of one job, or of one watch. */
    private static final class Line {
        private final String subject;
        private final PriorityQueue<Delivery> waiting = new PriorityQueue<>(2, comparingLong(Delivery::sequence));
        private Lease lease;
        private @Nullable Delivery inFlight;
        /** Set while it rests: then nothing of it is in memory. */
        private @Nullable Instant dueAt;
        /** The first of the job's changes that is on disk alone. */
        private long onDisk = NOTHING;

        private Line(String subject, Lease lease) {
            this.subject = subject;
            this.lease = lease;
        }

        private boolean has(Delivery delivery) {
            return (inFlight != null && inFlight.change() == delivery.change())
                    || waiting.stream().anyMatch(other -> other.change() == delivery.change());
        }

        private boolean takesMore() {
            return dueAt == null && onDisk == NOTHING && waiting.size() < MOST_OF_ONE;
        }
    }

    /** Deliveries of a job that are due and on disk alone. */
    record OnDisk(Lease lease, String subject, long from) {}

    /** How many more deliveries fit in. */
    int room() {
        return bytes < MOST_BYTES ? Math.max(0, MOST - waiting - inFlight.size()) : 0;
    }

    /** The ledger is about to be read; until that is {@link #add added}, nothing else is. */
    void read() {
        settled.clear();
    }

    /** Adds what was found in the order in which it was put in. What is known already is left out. */
    void add(List<Delivery> found, Instant now) {
        for (Delivery delivery : found) {
            if (!settled.contains(delivery.change())) {
                add(delivery, now);
            }
        }
    }

    private void add(Delivery delivery, Instant now) {
        Line line = lines.get(delivery.subject());
        if (line == null) {
            line = new Line(delivery.subject(), delivery.lease());
            lines.put(line.subject, line);
            if (delivery.dueAt().isAfter(now)) {
                rest(line, delivery.sequence(), delivery.dueAt());
            } else {
                put(line, delivery);
                ready.add(line);
            }
        } else if (!line.has(delivery)) {
            line.lease = delivery.lease();
            if (line.takesMore() && !delivery.dueAt().isAfter(now)) {
                put(line, delivery);
            } else {
                line.onDisk = Math.min(line.onDisk, delivery.sequence());
            }
        }
    }

    private void put(Line line, Delivery delivery) {
        line.waiting.add(delivery);
        waiting++;
        bytes += delivery.event().length;
    }

    /** Nothing of the line is in memory any more until that time. */
    private void rest(Line line, long from, Instant dueAt) {
        line.onDisk = Math.min(line.onDisk, from);
        if (!line.waiting.isEmpty()) {
            line.onDisk = Math.min(line.onDisk, line.waiting.element().sequence());
        }
        clear(line);
        line.dueAt = line.onDisk < from ? Instant.EPOCH : dueAt; // an earlier change was sent again meanwhile
        resting.add(line);
    }

    private void clear(Line line) {
        waiting -= line.waiting.size();
        line.waiting.forEach(delivery -> bytes -= delivery.event().length);
        line.waiting.clear();
    }

    /** What is on disk alone and due first, if it is due. */
    Optional<OnDisk> due(Instant now) {
        Line first = resting.peek();
        return first == null || first.dueAt == null || first.dueAt.isAfter(now)
                ? Optional.empty()
                : Optional.of(new OnDisk(first.lease, first.subject, first.onDisk));
    }

    /**
     * Adds what was found of it.
     *
     * @param all false if there may be more on disk
     */
    void load(OnDisk due, List<Delivery> found, boolean all, Instant now) {
        Line line = lines.get(due.subject);
        if (line == null || !resting.remove(line)) {
            return;
        }
        line.dueAt = null;
        line.onDisk = NOTHING;
        if (found.isEmpty()) {
            lines.remove(line.subject);
            return;
        }
        for (Delivery delivery : found) {
            if (delivery.dueAt().isAfter(now)) {
                if (line.waiting.isEmpty()) {
                    rest(line, delivery.sequence(), delivery.dueAt());
                } else {
                    line.onDisk = delivery.sequence();
                }
                break;
            }
            put(line, delivery);
        }
        if (!line.waiting.isEmpty()) {
            if (!all && line.onDisk == NOTHING) {
                line.onDisk = found.get(found.size() - 1).sequence() + 1;
            }
            ready.add(line);
        }
    }

    /** The lease of what {@link #take} gives next; empty if nothing is ready. */
    Optional<Lease> next() {
        return Optional.ofNullable(ready.peek()).map(line -> line.lease);
    }

    /** Takes the delivery that has been ready longest; it is in flight from now on. */
    Delivery take() {
        Line line = ready.remove();
        Delivery delivery = line.waiting.remove();
        waiting--;
        line.inFlight = delivery;
        inFlight.put(delivery.change(), delivery);
        return delivery;
    }

    /** The ledger has it as delivered or dead: the next change of the job may go. */
    void settled(Delivery delivery) {
        settled.add(delivery.change());
        Line line = land(delivery);
        if (!line.waiting.isEmpty()) {
            ready.add(line);
        } else if (line.onDisk != NOTHING) {
            rest(line, line.onDisk, Instant.EPOCH);
        } else {
            lines.remove(line.subject);
        }
    }

    /** It is sent again from that time on, as the ledger has it then, and its line waits. */
    void retry(Delivery delivery, Instant dueAt) {
        rest(land(delivery), delivery.sequence(), dueAt);
    }

    private Line land(Delivery delivery) {
        inFlight.remove(delivery.change());
        bytes -= delivery.event().length;
        Line line = requireNonNull(lines.get(delivery.subject()), "in flight");
        line.inFlight = null;
        return line;
    }

    /** Forgets what is not in flight under such leases; it is on disk. */
    void forget(Predicate<Lease> which) {
        Predicate<Line> forgotten = line -> which.test(line.lease);
        ready.removeIf(forgotten);
        resting.removeIf(forgotten);
        lines.values().removeIf(line -> {
            if (forgotten.test(line)) {
                clear(line);
                line.onDisk = NOTHING;
                line.dueAt = null;
                return line.inFlight == null;
            }
            return false;
        });
    }

    /** True if that delivery is the only one that is known. */
    boolean isOnly(Delivery delivery) {
        Line line = lines.get(delivery.subject());
        return lines.size() == 1 && line != null && line.waiting.isEmpty() && line.onDisk == NOTHING;
    }

    /** True if nothing is in flight that such a lease is needed for. */
    boolean isIdle(Predicate<Lease> which) {
        return inFlight.values().stream().map(Delivery::lease).noneMatch(which);
    }
}
