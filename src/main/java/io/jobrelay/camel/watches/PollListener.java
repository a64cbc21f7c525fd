package io.jobrelay.camel.watches;

import io.jobrelay.job.Change;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.provider.PollFailure;
import java.time.Duration;
import java.time.Instant;

/** Is called for every poll: when it starts, and with its result once that is committed. Called by many threads. */
public interface PollListener {
    /** The account's rate limit has delayed a due poll for that time. */
    void throttled(String account, Duration time);

    /** A poll starts, so long after the watch was due. */
    void begins(DueWatch due, Duration lag);

    /** The poll has succeeded. */
    void answered(DueWatch due, Instant begun);

    /** The poll has failed. */
    void failed(DueWatch due, Instant begun, PollFailure failure);

    /** A change is committed. */
    void changed(Change change);
}
