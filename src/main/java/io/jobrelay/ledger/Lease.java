package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

/**
 * That a shard is this node's.
 *
 * @param token fencing token: another one each time that the shard is taken; 0 where one process has the whole ledger
 */
public record Lease(Shard shard, long token) {
    public Lease {
        requireNonNull(shard, "shard is null");
    }
}
