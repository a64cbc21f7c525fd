package io.jobrelay.camel;

import static java.util.Objects.requireNonNull;

import io.jobrelay.job.ReadableDuration;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.watch.Watch;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What polls come to, measured: how late they begin, how long they take, how they end, and how long ago one ended well. It is
 * told when one begins later than by its watch's longest pace, since a watch that waits for so long is polled less often than
 * it asks for; not more than one line a minute.
 */
final class PollMeter {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.polls");
    private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);
    private static final String BEGUN = "jobrelay-begun";
    /** Between two looks at what is due; what is longer than that was no waiting for an account. */
    private static final Duration LONGEST_STEP = Duration.ofSeconds(1);

    private final AccountStanding standing;
    private final Metrics metrics;
    private final Clock clock;
    private final Map<Source, Instant> answered = new ConcurrentHashMap<>();
    private final Map<String, Instant> heldBack = new ConcurrentHashMap<>();
    private Instant nextLine = Instant.MIN;
    private int untold;

    /**
     * @param clock the ledger's
     */
    PollMeter(AccountStanding standing, Metrics metrics, Clock clock) {
        this.standing = standing;
        this.metrics = metrics;
        this.clock = clock;
    }

    private record Source(String api, String account) {}

    /** Of so many polls that were due, the account's ceiling allowed so many. */
    void allowed(String account, int due, int allowed) {
        Instant now = clock.instant();
        Instant since = allowed < due ? heldBack.put(account, now) : heldBack.remove(account);
        if (since != null) {
            Duration step = Duration.between(since, now);
            metrics.throttled(account, step.compareTo(LONGEST_STEP) > 0 ? LONGEST_STEP : step);
        }
    }

    void begins(Exchange exchange, DueWatch due) {
        begins(exchange);
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

    /** Several are asked together; each begins once its reply is there. */
    void begins(Exchange exchange) {
        exchange.setProperty(BEGUN, clock.instant());
    }

    /** When the exchange's poll began. */
    static Instant begun(Exchange exchange) {
        return requireNonNull(exchange.getProperty(BEGUN, Instant.class), "the poll has begun");
    }

    /** The provider has answered, and the answer is taken in. */
    void answered(Instant begun, Watch watch) {
        standing.answered(watch.account());
        Source source = ended(begun, watch, Metrics.SUCCEEDED);
        answered.put(source, clock.instant());
    }

    void failed(Instant begun, Watch watch, PollFailure failure) {
        standing.failed(watch, failure);
        ended(begun, watch, failure.kind().name());
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
