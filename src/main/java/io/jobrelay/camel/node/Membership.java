package io.jobrelay.camel.node;

import io.jobrelay.camel.metrics.Metrics;
import io.jobrelay.ledger.Leases;
import io.jobrelay.ledger.NodeLease;
import io.jobrelay.ledger.Nodes;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This node among those that share the ledger: it sends heartbeats, and takes over from nodes whose heartbeats have stopped. */
public final class Membership {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.nodes");

    private final String name;
    private final Nodes nodes;
    private final Leases leases;
    private volatile int seen = 1;

    /**
     * @param name this node's
     */
    public Membership(String name, Nodes nodes, Leases leases, Metrics metrics) {
        this.name = name;
        this.nodes = nodes;
        this.leases = leases;
        metrics.nodes(() -> seen, () -> nodes.lease().left().toMillis() / 1000.0);
    }

    /** Sends a heartbeat. */
    public void heartbeat() {
        if (!nodes.beat()) {
            LOG.warn(
                    "node={} sent no heartbeat for {} s and joins again: other nodes may have taken over its accounts and"
                            + " destinations; see whether it was paused, or could not reach the ledger",
                    name,
                    NodeLease.TERM.toSeconds());
        }
    }

    /** Removes nodes that have died, takes this node's share of the leases, and hands over what others ask for. */
    public void balance() {
        Nodes.Look look = nodes.look();
        seen = look.nodes();
        look.gone()
                .forEach(gone -> LOG.warn(
                        "node={} sent no heartbeat for {} s: other nodes take over its accounts and destinations; see whether"
                                + " it still runs",
                        gone,
                        NodeLease.TERM.toSeconds()));
        leases.look();
    }

    /** Why this node polls nothing and sends nothing; empty while its heartbeats reach the ledger. */
    public Optional<String> trouble() {
        return nodes.lease().incarnation().isPresent()
                ? Optional.empty()
                : Optional.of(
                        "node lease: node %s sent no heartbeat for %d s: it polls nothing and sends nothing until it can"
                                .formatted(name, NodeLease.TERM.toSeconds()));
    }
}
