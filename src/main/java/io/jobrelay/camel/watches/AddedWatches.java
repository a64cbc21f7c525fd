package io.jobrelay.camel.watches;

import io.jobrelay.ledger.Refusals;
import io.jobrelay.watch.WatchReader;
import org.jspecify.annotations.Nullable;

/** Keeps the watches that were added one by one in step with the APIs and accounts that there are, as files are by being read. */
public final class AddedWatches {
    private final WatchReader reader;
    private final Refusals refusals;
    private @Nullable Object reviewed;

    public AddedWatches(WatchReader reader, Refusals refusals) {
        this.reader = reader;
        this.refusals = refusals;
    }

    /** Refuses those that cannot be polled now, and resumes those that can be again, if anything has changed. */
    public void review() {
        Object basis = reader.basis();
        if (!basis.equals(reviewed)) {
            refusals.review(reader::refusal);
            reviewed = basis;
        }
    }
}
