package io.jobrelay.camel.watches;

import io.jobrelay.job.Change;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.provider.PollFailure;
import java.time.Duration;
import java.time.Instant;

/** Told of every poll: when it begins, and what it came to once the ledger has that. Called by many threads. */
public interface PollListener {
    /** For so long a poll of the account was due that its rate limit held back. */
    void heldBack(String account, Duration time);

    /** A watch begins to be polled, so long after it was due. */
    void begins(DueWatch due, Duration lag);

    /** The provider has answered, and the answer is taken in. */
    void answered(DueWatch due, Instant begun);

    /** The poll brought nothing. */
    void failed(DueWatch due, Instant begun, PollFailure failure);

    /** A change is committed. */
    void changed(Change change);
}
