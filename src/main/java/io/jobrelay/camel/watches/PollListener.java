package io.jobrelay.camel.watches;

import io.jobrelay.job.Change;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.provider.PollFailure;
import java.time.Duration;
import java.time.Instant;

/** Told of every poll: when it begins, and what it came to once the ledger has that. Called by many threads. */
public interface PollListener {
    /** Of so many polls that were due, the account's rate limit allowed so many. */
    void allowed(String account, int due, int allowed);

    /** A watch begins to be polled, so long after it was due. */
    void begins(DueWatch due, Duration lag);

    /** The provider has answered, and the answer is taken in. */
    void answered(DueWatch due, Instant begun);

    /** The poll brought nothing. */
    void failed(DueWatch due, Instant begun, PollFailure failure);

    /** A change is committed. */
    void changed(Change change);
}
