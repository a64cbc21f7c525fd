package io.jobrelay.camel;

import io.jobrelay.camel.metrics.Metrics;
import io.jobrelay.ledger.Leases;
import io.jobrelay.ledger.NodeLease;
import io.jobrelay.ledger.Nodes;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says, every second, that this node lives, and tells of those that do not. */
public final class NodeKeeper {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.nodes");

    private final String name;
    private final Nodes nodes;
    private final Leases leases;
    private volatile int seen = 1;

    /**
     * @param name this node's
     */
    NodeKeeper(String name, Nodes nodes, Leases leases, Metrics metrics) {
        this.name = name;
        this.nodes = nodes;
        this.leases = leases;
        metrics.nodes(() -> seen, () -> nodes.lease().left().toMillis() / 1000.0);
    }

    /** Says so once. */
    public void keep() {
        if (!nodes.beat()) {
            LOG.warn(
                    "node={} could not say for {} s that it lives, and begins anew: its accounts and destinations are left"
                            + " to the others; see whether it was stopped, or could not reach the ledger",
                    name,
                    NodeLease.TERM.toSeconds());
        }
    }

    /** Looks once at the others, and at who works on what. */
    public void look() {
        Nodes.Look look = nodes.look();
        seen = look.nodes();
        look.gone()
                .forEach(gone -> LOG.warn(
                        "node={} was not heard of for {} s: its accounts and destinations are taken over; see whether it"
                                + " still runs",
                        gone,
                        NodeLease.TERM.toSeconds()));
        leases.look();
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
