package io.jobrelay.ledger;

/** Nothing was written: another node has taken the shard that it was to be written for. */
public final class LeaseLostException extends LedgerException {
    private static final long serialVersionUID = 1L;

    LeaseLostException(Lease lease) {
        super(lease.shard() + " has been taken by another node");
    }
}
