package io.jobrelay.camel;

import io.jobrelay.ledger.DueWatch;
import io.jobrelay.ledger.NodeLease;
import io.jobrelay.ledger.Watches;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The watches that this node has claimed and is not done with. Each is polled once for its claim, and only while the node has
 * the lease that it was claimed in; a watch that is not polled after all is given back.
 */
final class OpenPolls {
    /** Five seconds in all. */
    private static final int LOOKS = 1_000;

    private static final long LOOK_MILLIS = 5;

    private final Watches watches;
    private final NodeLease lease;
    /** True for those that a poller has begun with. */
    private final Map<DueWatch, Boolean> open = new ConcurrentHashMap<>();

    /**
     * @param lease without it no poll is begun
     */
    OpenPolls(Watches watches, NodeLease lease) {
        this.watches = watches;
        this.lease = lease;
    }

    void claimed(DueWatch due) {
        open.put(due, false);
    }

    int size() {
        return open.size();
    }

    /**
     * True if the poll of the watch may begin. It may not where the watch has been given back meanwhile, and so may be claimed anew:
     * of two polls the ledger would forget the first one's answer. Nor where it is left to another node.
     */
    boolean begin(DueWatch due) {
        return open.replace(due, false, true) && mayAsk(List.of(due));
    }

    /** True while the node has the lease that these were claimed in, all at once; if not, they are given back. */
    boolean mayAsk(List<DueWatch> claimed) {
        boolean holds = lease.holds(claimed.get(0).claimedBy());
        if (!holds) {
            // Nobody else would, where a heartbeat was only slow and this incarnation lives on.
            claimed.forEach(this::giveBack);
        }
        return holds;
    }

    /** The watch is done with; false if it was before. */
    boolean end(DueWatch due) {
        return open.remove(due) != null;
    }

    void giveBack(DueWatch due) {
        open.remove(due);
        watches.giveBack(due);
    }

    /**
     * The pollers are no more: gives back what waited for them, and what was cut in their hands. A poller that took its last
     * watch when nobody looked is let finish.
     */
    void giveBackAll() throws InterruptedException {
        Set<DueWatch> held = Set.copyOf(open.keySet());
        held.stream().filter(due -> open.remove(due, false)).forEach(watches::giveBack);
        for (int look = 0; look < LOOKS && held.stream().anyMatch(open::containsKey); look++) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        held.stream().filter(due -> open.remove(due, true)).forEach(watches::giveBack);
    }
}
