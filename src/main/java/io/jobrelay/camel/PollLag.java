package io.jobrelay.camel;

import io.jobrelay.job.ReadableDuration;
import io.jobrelay.ledger.DueWatch;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much later than planned polls begin. It is told when one begins later than by its watch's longest pace, since a watch
 * that waits for so long is polled less often than it asks for; not more than one line a minute.
 */
final class PollLag {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.polls");
    private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

    private final Metrics metrics;
    private final Clock clock;
    private Instant nextLine = Instant.MIN;
    private int untold;

    /**
     * @param clock the ledger's
     */
    PollLag(Metrics metrics, Clock clock) {
        this.metrics = metrics;
        this.clock = clock;
    }

    /** The poll of the watch begins. */
    void begins(DueWatch due) {
        Instant now = clock.instant();
        Duration lag = Duration.between(due.planned(), now);
        metrics.pollLag(due.watch().api(), lag);
        if (lag.compareTo(due.watch().pace().longest()) > 0) {
            late(due, lag, now);
        }
    }

    private synchronized void late(DueWatch due, Duration lag, Instant now) {
        untold++;
        if (now.isBefore(nextLine)) {
            return;
        }
        LOG.warn(
                "watch={} api={} account={} is polled {} late, longer than the longest time of its every={}; polls that were"
                        + " so late since this was last told: {}; raise requests-per-second of the account or"
                        + " jobrelay.poll.concurrency, or poll less often",
                due.id(),
                due.watch().api(),
                due.watch().account(),
                ReadableDuration.format(lag),
                due.watch().pace(),
                untold);
        untold = 0;
        nextLine = now.plus(BETWEEN_LINES);
    }
}
