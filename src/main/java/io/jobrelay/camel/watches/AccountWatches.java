package io.jobrelay.camel.watches;

import static java.util.Objects.requireNonNull;

import io.jobrelay.ledger.DueWatch;
import io.jobrelay.ledger.Lease;
import io.jobrelay.watch.Watch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The watches of an account in its owner's memory: those that are due soon, up to a horizon, and those in flight. Due times are
 * written behind: a watch leaves the memory only once its next due time is committed. Guarded by the lock of the {@link
 * Schedule}.
 */
final class AccountWatches {
    private final Lease lease;
    private final Function<Watch, Optional<Watch>> common;
    private final NavigableSet<DueWatch> waiting = new TreeSet<>(DueWatch.ORDER);
    /** Those that wait and may share a batched poll, by what they have in common. */
    private final Map<Watch, Map<String, DueWatch>> groups = new HashMap<>();

    private final Map<String, DueWatch> inFlight = new HashMap<>();
    private final Map<String, DueWatch> unwritten = new LinkedHashMap<>();
    /** Those that may have been edited since they were read. */
    private final Set<String> doubtful = new HashSet<>();

    private long edits;
    private @Nullable Place horizon;

    /** A place in the order in which watches are due. */
    record Place(Instant due, String id) {
        private boolean includes(DueWatch watch) {
            int order = watch.due().compareTo(due);
            return order < 0 || (order == 0 && watch.id().compareTo(id) <= 0);
        }
    }

    /**
     * @param common what a watch has in common with those of a batched poll
     */
    AccountWatches(Lease lease, long edits, Function<Watch, Optional<Watch>> common) {
        this.lease = lease;
        this.edits = edits;
        this.common = common;
    }

    Lease lease() {
        return lease;
    }

    /** When the next watch is due; null if none waits. */
    @Nullable
    Instant next() {
        return waiting.isEmpty() ? null : waiting.first().due();
    }

    /** Takes the next watch. */
    DueWatch take() {
        return begin(requireNonNull(waiting.first()));
    }

    /** Takes those that wait, have this in common, and are due now or soon. */
    List<DueWatch> takeBatch(Watch common, Instant now, int most) {
        List<DueWatch> batch = groups.getOrDefault(common, Map.of()).values().stream()
                .filter(watch -> watch.isDueSoon(now))
                .limit(most)
                .toList();
        batch.forEach(this::begin);
        return batch;
    }

    private DueWatch begin(DueWatch watch) {
        unplace(watch);
        inFlight.put(watch.id(), watch);
        return watch;
    }

    private void place(DueWatch watch) {
        if (horizon != null && horizon.includes(watch)) {
            waiting.add(watch);
            common.apply(watch.watch())
                    .ifPresent(group -> groups.computeIfAbsent(group, key -> new LinkedHashMap<>())
                            .put(watch.id(), watch));
        }
    }

    private void unplace(DueWatch watch) {
        waiting.remove(watch);
        common.apply(watch.watch())
                .ifPresent(group -> groups.computeIfPresent(group, (key, watches) -> {
                    watches.remove(watch.id());
                    return watches.isEmpty() ? null : watches;
                }));
    }

    /**
     * The poll of the watch has ended.
     *
     * @param next the watch as it is from now on, null if it is no longer polled
     * @param written false if that is still to be written
     */
    void ended(DueWatch polled, @Nullable DueWatch next, boolean written) {
        inFlight.remove(polled.id());
        if (next == null) {
            // Edited, or over: the ledger knows.
            doubtful.add(polled.id());
            return;
        }
        if (!written) {
            unwritten.put(next.id(), next);
        }
        if (!doubtful.contains(next.id())) {
            place(next);
        }
    }

    /** How many edits of the account this knows. */
    long edits() {
        return edits;
    }

    /** Forgets what waits, after an edit of the account. What is in flight is read again once it has ended. */
    void forget(long now) {
        edits = now;
        waiting.clear();
        groups.clear();
        horizon = null;
        doubtful.addAll(inFlight.keySet());
        doubtful.addAll(unwritten.keySet());
    }

    /** All watches up to there are in memory; null if none are. */
    @Nullable
    Place horizon() {
        return horizon;
    }

    int waiting() {
        return waiting.size();
    }

    /** Adds what was read from the old horizon on: all watches up to that place are in memory now. */
    void loaded(List<DueWatch> watches, Place until) {
        horizon = until;
        // What is still to be written may be missing in what was read.
        Stream.concat(unwritten.values().stream(), watches.stream().filter(watch -> !unwritten.containsKey(watch.id())))
                .filter(watch -> !inFlight.containsKey(watch.id()) && !doubtful.contains(watch.id()))
                .forEach(this::place);
    }

    /** Those that are to be read one by one: neither in flight nor still to be written. */
    Set<String> doubtful() {
        Set<String> ids = new HashSet<>(doubtful);
        ids.removeAll(inFlight.keySet());
        ids.removeAll(unwritten.keySet());
        return ids;
    }

    /** These ids were read, and these watches of them are polled. */
    void read(Set<String> ids, List<DueWatch> watches) {
        doubtful.removeAll(ids);
        watches.forEach(this::place);
    }

    /** What is still to be written. */
    List<DueWatch> unwritten() {
        return new ArrayList<>(unwritten.values());
    }

    /** This was written. What lies beyond the horizon is then forgotten. */
    void written(Collection<DueWatch> watches) {
        watches.forEach(watch -> unwritten.remove(watch.id(), watch));
    }

    /** True if nothing is in flight and everything is written. */
    boolean settled() {
        return inFlight.isEmpty() && unwritten.isEmpty();
    }
}
