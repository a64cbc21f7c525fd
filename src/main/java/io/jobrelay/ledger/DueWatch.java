package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import io.jobrelay.watch.Watch;
import java.time.Instant;
import java.util.Objects;

/**
 * A watch taken from the ledger to be polled.
 *
 * @param id the watch's
 * @param claim fencing token: a result is taken in only while this claim is the watch's last one
 * @param claimedBy the incarnation of the node that took it: it is polled only while that has its lease
 * @param planned when it was due, in the ledger's time; what was due before this process began was due when it began
 * @param claimed when it was taken, in the ledger's time: what the poll brings has been seen after that
 * @param jobs how many jobs it has brought the last change of
 */
public record DueWatch(
        String id, Watch watch, long claim, String claimedBy, Instant planned, Instant claimed, long jobs) {
    public DueWatch {
        requireNonNull(id, "id is null");
        requireNonNull(watch, "watch is null");
        requireNonNull(claimedBy, "claimedBy is null");
        requireNonNull(planned, "planned is null");
        requireNonNull(claimed, "claimed is null");
    }

    /** The claim of a watch is taken once. */
    @Override
    public int hashCode() {
        return Objects.hash(id, claim);
    }
}
