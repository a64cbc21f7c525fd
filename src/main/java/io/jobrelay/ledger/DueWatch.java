package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import io.jobrelay.watch.Watch;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A watch as the owner of its account has it in memory. Times are the ledger's.
 *
 * @param lease of its account: what comes of its polls is written under it
 * @param edit number of its last edit: what comes of its polls is written unless there has been another
 * @param due when it is to be polled
 * @param stateSince since when its job has been in its state, null before the first answer
 * @param answered the last good answer, null before the first
 * @param well true if a good answer changes nothing of the watch but these times
 */
public record DueWatch(
        String id,
        Watch watch,
        Lease lease,
        long edit,
        Instant due,
        @Nullable Instant stateSince,
        @Nullable Instant answered,
        boolean well) {
    /** In the order in which they are due. */
    public static final Comparator<DueWatch> ORDER =
            Comparator.comparing(DueWatch::due).thenComparing(DueWatch::id);

    /** Those due within so much time may share a batched poll, and within a tenth of what they wait. */
    private static final Duration SOON = Duration.ofMinutes(1);

    private static final int TENTH = 10;

    public DueWatch {
        requireNonNull(id, "id is null");
        requireNonNull(watch, "watch is null");
        requireNonNull(lease, "lease is null");
        requireNonNull(due, "due is null");
    }

    /** After a good answer. */
    DueWatch after(Instant since, Instant now) {
        Instant next = now.plus(watch.pace().afterAnswer(Duration.between(since, now)));
        return new DueWatch(id, watch, lease, edit, next, since, now, true);
    }

    /**
     * After a good answer that says what the last one said; null where the ledger has to look at it, since it may have been
     * announced meanwhile that the watch is unwell or stale.
     */
    public @Nullable DueWatch repeated(Instant now) {
        boolean seen = answered != null
                && stateSince != null
                && now.isBefore(answered.plus(watch.pace().staleAfter()));
        return well && seen ? after(requireNonNull(stateSince), now) : null;
    }

    /** After a poll that failed. */
    DueWatch failed(Instant next) {
        return new DueWatch(id, watch, lease, edit, next, stateSince, answered, false);
    }

    /** After a poll that was cut short, by no fault of the provider. */
    public DueWatch later(Instant now) {
        return new DueWatch(id, watch, lease, edit, now.plus(watch.pace().shortest()), stateSince, answered, well);
    }

    /** True if it is due, or so soon that it may share a batched poll with others that are. */
    public boolean isDueSoon(Instant now) {
        Duration left = Duration.between(now, due);
        boolean soon = well
                && answered != null
                && left.compareTo(SOON) <= 0
                && left.multipliedBy(TENTH).compareTo(Duration.between(answered, due)) <= 0;
        return !due.isAfter(now) || soon;
    }
}
