package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import io.jobrelay.watch.Watch;

/**
 * A watch taken from the ledger to be polled.
 *
 * @param claim fencing token: a result is taken in only while this claim is the watch's last one
 */
public record DueWatch(Watch watch, long claim) {
    public DueWatch {
        requireNonNull(watch, "watch is null");
    }
}
