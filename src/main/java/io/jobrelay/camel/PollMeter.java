package io.jobrelay.camel;

import io.jobrelay.camel.watches.PollListener;
import io.jobrelay.job.Change;
import io.jobrelay.job.ReadableDuration;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.watch.Watch;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What polls come to, measured: how late they begin, how long they take, how they end, and how long ago one ended well. It is
 * told when one begins later than by its watch's longest pace, since a watch that waits for so long is polled less often than
 * it asks for; not more than one line a minute.
 */
final class PollMeter implements PollListener {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.polls");
    private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

    private final AccountStanding standing;
    private final Metrics metrics;
    private final Clock clock;
    private final Consumer<Change> changes;
    private final Map<Source, Instant> answered = new ConcurrentHashMap<>();
    private Instant nextLine = Instant.MIN;
    private int untold;

    /**
     * @param clock the ledger's
     * @param changes told of every change
     */
    PollMeter(AccountStanding standing, Metrics metrics, Clock clock, Consumer<Change> changes) {
        this.standing = standing;
        this.metrics = metrics;
        this.clock = clock;
        this.changes = changes;
    }

    private record Source(String api, String account) {}

    @Override
    public void heldBack(String account, Duration time) {
        metrics.throttled(account, time);
    }

    @Override
    public void begins(DueWatch due, Duration lag) {
        metrics.pollLag(due.watch().api(), lag);
        if (lag.compareTo(due.watch().pace().longest()) > 0) {
            late(due, lag, clock.instant());
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

    @Override
    public void answered(DueWatch due, Instant begun) {
        standing.answered(due.watch().account());
        Source source = ended(begun, due.watch(), Metrics.SUCCEEDED);
        answered.put(source, clock.instant());
    }

    @Override
    public void failed(DueWatch due, Instant begun, PollFailure failure) {
        standing.failed(due.watch(), failure);
        ended(begun, due.watch(), failure.kind().name());
    }

    @Override
    public void changed(Change change) {
        metrics.change(change.job().provider().api(), change.job().state().name());
        changes.accept(change);
    }

    private Source ended(Instant begun, Watch watch, String result) {
        Instant now = clock.instant();
        metrics.poll(watch.api(), watch.account(), result, Duration.between(begun, now));
        Source source = new Source(watch.api(), watch.account());
        if (answered.putIfAbsent(source, now) == null) {
            metrics.answerAge(
                    source.api,
                    source.account,
                    () -> Duration.between(answered.get(source), clock.instant())
                            .toSeconds());
        }
        return source;
    }
}
