package io.jobrelay.camel.watches;

import io.jobrelay.ledger.DueWatch;
import io.jobrelay.ledger.Intake.Answered;
import io.jobrelay.ledger.Lease;
import io.jobrelay.secrets.Secrets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The fingerprints of each watch's last committed replies. Equal replies change nothing, unless the watch was edited since,
 * another watch has changed one of its jobs, another node had the account, or one of the jobs has become stuck.
 */
final class Fingerprints {
    private final Secrets secrets;
    private volatile Object known;
    private volatile Map<String, Kept> kept = new ConcurrentHashMap<>();

    /**
     * @param secrets what is masked in replies: with another secret, an equal reply may become another record
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

    /** Forgets all, and what polls in flight will bring. */
    synchronized void forget() {
        known = secrets.known();
        kept = new ConcurrentHashMap<>();
    }

    /** Compares the replies of a poll that starts now with the last ones of its watch. */
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
     * Compares the replies of a poll with the last ones.
     *
     * @param all the fingerprints of all watches; no longer read once they are forgotten
     * @param last null if there are none that still count
     */
    record Comparison(
            Map<String, Kept> all, DueWatch due, @Nullable Kept last, Fingerprint replies) {
        /** True if there are replies, and they say what the last ones said. */
        boolean repeats() {
            return last != null && !replies.isEmpty() && last.hash.equals(replies.hash());
        }

        /** Remembers the replies: the result is committed. */
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
