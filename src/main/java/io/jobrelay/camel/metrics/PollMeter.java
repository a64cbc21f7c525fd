package io.jobrelay.camel.metrics;

import io.jobrelay.account.Account;
import io.jobrelay.camel.watches.PollListener;
import io.jobrelay.job.Change;
import io.jobrelay.job.ReadableDuration;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.watch.Watch;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures polls: how late they start, how long they take, how they end, and how long ago one succeeded. Logs, once a minute at
 * most, those that start later than by their watch's longest pace: such a watch is polled less often than it asks for.
 */
public final class PollMeter implements PollListener {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.polls");
    private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

    private final Predicate<String> asked;
    private final Supplier<Map<String, Account>> accounts;
    private final Metrics metrics;
    private final Clock clock;
    private final Clock wall;
    private final Consumer<Change> changes;
    private final Map<Source, Instant> answered = new ConcurrentHashMap<>();
    private final Map<String, Refusal> refused = new ConcurrentHashMap<>();
    private Instant nextLine = Instant.MIN;
    private int untold;

    /**
     * @param asked false for an account that nothing is asked with any more
     * @param accounts by name, asked each time
     * @param clock the ledger's
     * @param wall the machine's, for people
     * @param changes called with every change
     */
    public PollMeter(
            Predicate<String> asked,
            Supplier<Map<String, Account>> accounts,
            Metrics metrics,
            Clock clock,
            Clock wall,
            Consumer<Change> changes) {
        this.asked = asked;
        this.accounts = accounts;
        this.metrics = metrics;
        this.clock = clock;
        this.wall = wall;
        this.changes = changes;
    }

    /**
     * That a provider refuses an account: the last that was heard of one, whatever it was asked for, was that its key, signature
     * or token is wrong, or that it may not. What a start does not remember the first polls tell.
     *
     * @param since the first such answer after a good one
     * @param message the last failure, as one line
     */
    private record Refusal(Instant since, String message) {}

    private record Source(String api, String account) {}

    @Override
    public void throttled(String account, Duration time) {
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
                        + " so late since the last such line: {}; raise requests-per-second of the account or"
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
        refused.remove(due.watch().account());
        Source source = ended(begun, due.watch(), Metrics.SUCCEEDED);
        answered.put(source, clock.instant());
    }

    @Override
    public void failed(DueWatch due, Instant begun, PollFailure failure) {
        // No answer says nothing about the account.
        if (failure.kind() == FailureKind.UNAUTHENTICATED || failure.kind() == FailureKind.FORBIDDEN) {
            String message = failure.describe(due.watch().api(), due.watch().account());
            refused.merge(
                    due.watch().account(),
                    new Refusal(wall.instant(), message),
                    (before, now) -> new Refusal(before.since, message));
        }
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

    /** Names each account that its provider refuses, with its properties and what to do; empty if there is none. */
    public Optional<String> refusedAccounts() {
        refused.keySet().removeIf(asked.negate());
        return new TreeMap<>(refused)
                .entrySet().stream()
                        .map(entry ->
                                "jobrelay.account.%s.%s: the provider refuses the account since %s: %s; correct its key, its"
                                                .formatted(
                                                        entry.getKey(),
                                                        properties(entry.getKey()),
                                                        entry.getValue().since(),
                                                        entry.getValue().message())
                                        + " permissions or this machine's clock")
                        .reduce((some, next) -> some + "; " + next);
    }

    private String properties(String account) {
        Account found = accounts.get().get(account);
        return found == null || found.signing().needs().isEmpty()
                ? "signing"
                : String.join(", .", found.signing().needs());
    }
}
