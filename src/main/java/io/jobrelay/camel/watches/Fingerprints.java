package io.jobrelay.camel.watches;

import io.jobrelay.ledger.DueWatch;
import io.jobrelay.ledger.Intake.Answered;
import io.jobrelay.ledger.Lease;
import io.jobrelay.trust.Secrets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the replies of each watch said when they were last committed. One that says the same again changes nothing, unless
 * the watch was edited in between, another watch has changed one of its jobs, another node has had the account, or one
 * of the jobs has been in its state for too long by now.
 */
final class Fingerprints {
    private final Secrets secrets;
    private volatile Object known;
    private volatile Map<String, Kept> kept = new ConcurrentHashMap<>();

    /**
     * @param secrets what is masked in replies: once more of it is known, an equal reply is another record
     */
    Fingerprints(Secrets secrets) {
        this.secrets = secrets;
        this.known = secrets.known();
    }

    private record Kept(Fingerprint.Hash hash, Lease lease, long edit, Instant until) {
        private boolean counts(DueWatch due, Instant now) {
            return lease.equals(due.lease()) && edit == due.edit() && now.isBefore(until);
        }
    }

    /** Forgets all, and what the polls will bring that have begun. */
    synchronized void forget() {
        known = secrets.known();
        kept = new ConcurrentHashMap<>();
    }

    /** Compares the replies of a poll that begins now with what is remembered of its watch. */
    Comparison compare(DueWatch due, List<List<String>> volatileMembers, Instant now) {
        if (known != secrets.known()) {
            forget();
        }
        Map<String, Kept> all = kept;
        Kept last = all.get(due.id());
        boolean counts = last != null && last.counts(due, now);
        return new Comparison(all, due, counts ? last : null, new Fingerprint(volatileMembers));
    }

    /**
     * Of the replies of one poll with the last ones.
     *
     * @param all what is remembered of all watches; nobody reads it any more once that is forgotten
     * @param last null if nothing that counts still
     */
    record Comparison(
            Map<String, Kept> all, DueWatch due, @Nullable Kept last, Fingerprint replies) {
        /** True if there are replies, and they say what the last ones said. */
        boolean repeats() {
            return last != null && !replies.isEmpty() && last.hash.equals(replies.hash());
        }

        /** Remembers the replies: what they came to is committed. */
        void keep(Answered answered) {
            answered.displaced().forEach(all::remove);
            if (repeats()) {
                return;
            }
            if (answered.repeatable()) {
                all.put(due.id(), new Kept(replies.hash(), due.lease(), due.edit(), answered.until()));
            } else {
                all.remove(due.id());
            }
        }
    }
}
