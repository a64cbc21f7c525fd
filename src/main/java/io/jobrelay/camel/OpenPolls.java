package io.jobrelay.camel;

import io.jobrelay.ledger.DueWatch;
import io.jobrelay.ledger.NodeLease;
import io.jobrelay.ledger.Watches;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The watches that this node has claimed and is not done with. Each is polled once for its claim, and only while the node has
 * the lease that it was claimed in; a watch that is not polled after all is given back.
 */
final class OpenPolls {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.polls");

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

    /** Gives back what waits for a poller, or was never handed to one: it is due again, and claimed anew. */
    void giveBackWaiting() {
        open.keySet().stream().filter(due -> open.remove(due, false)).forEach(watches::giveBack);
    }

    /** The pollers are no more: gives back what waited for them, and what was cut in their hands. */
    void giveBackAll() {
        giveBackWaiting();
        open.keySet().stream().filter(due -> open.remove(due, true)).forEach(this::cutShort);
    }

    /** The poll of the watch was cut by an edit. What the provider may have answered is asked again. */
    void cutShort(DueWatch due) {
        LOG.info(
                "watch={} api={} was cut short by an edit of the routes, is polled again",
                due.id(),
                due.watch().api());
        giveBack(due);
    }
}
