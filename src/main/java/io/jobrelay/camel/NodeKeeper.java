package io.jobrelay.camel;

import io.jobrelay.ledger.NodeLease;
import io.jobrelay.ledger.Nodes;
import io.jobrelay.ledger.Nodes.Work;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says, every second, that this node lives, and tells of those that do not. */
public final class NodeKeeper {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.nodes");

    private final String name;
    private final Nodes nodes;
    private final Supplier<Work> work;
    private volatile int seen = 1;

    /**
     * @param name this node's
     * @param work what this node is doing, asked each time
     */
    NodeKeeper(String name, Nodes nodes, Supplier<Work> work, Metrics metrics) {
        this.name = name;
        this.nodes = nodes;
        this.work = work;
        metrics.nodes(() -> seen, () -> nodes.lease().left().toMillis() / 1000.0);
    }

    /** Says so once. */
    public void keep() {
        if (!nodes.beat(work.get())) {
            LOG.warn(
                    "node={} could not say for {} s that it lives, or what it has claimed, and begins anew: what it was at is"
                            + " left to who has taken it over; see whether it was stopped, or could not reach the ledger",
                    name,
                    NodeLease.TERM.toSeconds());
        }
    }

    /** Looks once at the others. */
    public void look() {
        Nodes.Look look = nodes.look();
        seen = look.nodes();
        look.takenOver()
                .forEach(gone -> LOG.warn(
                        "node={} was not heard of for {} s, and is taken over: its polls and deliveries are due; see whether"
                                + " it still runs",
                        gone,
                        NodeLease.TERM.toSeconds()));
    }

    /** Says so of a node without its lease, which polls nothing and sends nothing; empty while it has it. */
    Optional<String> trouble() {
        return nodes.lease().incarnation().isPresent()
                ? Optional.empty()
                : Optional.of(
                        "node lease: node %s could not say for %d s that it lives: it polls nothing and sends nothing until it can"
                                .formatted(name, NodeLease.TERM.toSeconds()));
    }
}
