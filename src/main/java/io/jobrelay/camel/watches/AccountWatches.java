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
 * The watches of one account as its owner has them in memory: those that are due soon, up to a horizon, and those under way. What
 * polls came to is written behind: a watch leaves the memory only once the ledger knows when it is due again. Guarded by the lock
 * of the {@link Schedule}.
 */
final class AccountWatches {
    private final Lease lease;
    private final Function<Watch, Optional<Watch>> common;
    private final NavigableSet<DueWatch> waiting = new TreeSet<>(DueWatch.ORDER);
    /** Those that wait and that a batched poll could answer, by what they have in common. */
    private final Map<Watch, Map<String, DueWatch>> groups = new HashMap<>();

    private final Map<String, DueWatch> underWay = new HashMap<>();
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

    /** Takes those that wait, have this in common, and are due or soon. */
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
        underWay.put(watch.id(), watch);
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
     * @param next the watch as it is from now on, null if it is not polled any more
     * @param written false if the ledger has still to be told
     */
    void ended(DueWatch polled, @Nullable DueWatch next, boolean written) {
        underWay.remove(polled.id());
        if (next == null) {
            // Edited, or over: what the ledger has of it counts.
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

    /** The edits up to which this is what the ledger has. */
    long edits() {
        return edits;
    }

    /** Forgets what waits: somebody has edited watches of the account. What is under way is looked at again once it has ended. */
    void forget(long now) {
        edits = now;
        waiting.clear();
        groups.clear();
        horizon = null;
        doubtful.addAll(underWay.keySet());
        doubtful.addAll(unwritten.keySet());
    }

    /** All watches up to there are here; null if none are. */
    @Nullable
    Place horizon() {
        return horizon;
    }

    int waiting() {
        return waiting.size();
    }

    /** These were read, behind the horizon of before: all watches up to that place are here from now on. */
    void loaded(List<DueWatch> watches, Place until) {
        horizon = until;
        // What was written behind the horizon of before is in nobody's reading.
        Stream.concat(unwritten.values().stream(), watches.stream().filter(watch -> !unwritten.containsKey(watch.id())))
                .filter(watch -> !underWay.containsKey(watch.id()) && !doubtful.contains(watch.id()))
                .forEach(this::place);
    }

    /** Those that have to be read by themselves: they are neither under way nor still to be written. */
    Set<String> doubtful() {
        Set<String> ids = new HashSet<>(doubtful);
        ids.removeAll(underWay.keySet());
        ids.removeAll(unwritten.keySet());
        return ids;
    }

    /** They were read: these of them are polled, and the others are not. */
    void read(Set<String> ids, List<DueWatch> watches) {
        doubtful.removeAll(ids);
        watches.forEach(this::place);
    }

    /** What is to be written. */
    List<DueWatch> unwritten() {
        return new ArrayList<>(unwritten.values());
    }

    /** That was written. What lies beyond the horizon is forgotten with that. */
    void written(Collection<DueWatch> watches) {
        watches.forEach(watch -> unwritten.remove(watch.id(), watch));
    }

    /** True if nothing is under way and nothing is to be written. */
    boolean settled() {
        return underWay.isEmpty() && unwritten.isEmpty();
    }
}
