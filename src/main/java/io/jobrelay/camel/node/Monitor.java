package io.jobrelay.camel.node;

import static java.util.stream.Collectors.joining;

import io.jobrelay.account.RateLimits;
import io.jobrelay.camel.metrics.LedgerFigures;
import io.jobrelay.camel.metrics.Metrics;
import io.jobrelay.camel.watches.WatchesComponent;
import io.jobrelay.job.ReadableDuration;
import io.jobrelay.ledger.Leases;
import io.jobrelay.ledger.LedgerClock;
import io.jobrelay.ledger.Refusals;
import io.jobrelay.ledger.Shard;
import io.jobrelay.ledger.Staleness;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices what no poll reports: watches without a good answer for too long, or refused; rate limits that have recovered, how
 * much the ledger holds, and a system clock that was set. Health checks and metrics show what it saw last.
 */
public final class Monitor {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.watches");
    /** What a clock may be off before it counts as set. */
    private static final Duration TOLERANCE = Duration.ofSeconds(5);

    private static final Duration BETWEEN_NOTES = Duration.ofMinutes(1);

    private final Staleness staleness;
    private final Refusals refusals;
    private final Leases leases;
    private final WatchesComponent polls;
    private final RateLimits rateLimits;
    private final LedgerFigures figures;
    private final LedgerClock clock;
    private final Metrics metrics;
    private volatile Staleness.Report seen = Staleness.Report.NONE;
    private volatile Refusals.Report refused = Refusals.Report.NONE;
    private Duration ahead = Duration.ZERO;
    private Instant nextNote = Instant.MIN;

    public Monitor(
            Staleness staleness,
            Refusals refusals,
            Leases leases,
            WatchesComponent polls,
            RateLimits rateLimits,
            LedgerFigures figures,
            LedgerClock clock,
            Metrics metrics) {
        this.staleness = staleness;
        this.refusals = refusals;
        this.leases = leases;
        this.polls = polls;
        this.rateLimits = rateLimits;
        this.metrics = metrics;
        this.figures = figures;
        this.clock = clock;
        metrics.watchesStale(() -> seen.count());
        metrics.watchesRefused(() -> refused.count());
        metrics.clockOffset(() -> clock.ahead().toMillis() / 1000.0);
    }

    /** Names the first of the watches that were stale when it last looked; empty if none was. */
    public Optional<String> stale() {
        Staleness.Report stale = seen;
        if (stale.count() == 0) {
            return Optional.empty();
        }
        String named = stale.first().stream()
                .map(watch -> "%s (api %s, account %s, since %s, %s)"
                        .formatted(
                                watch.watch().id(),
                                watch.watch().api(),
                                watch.watch().account(),
                                watch.since(),
                                watch.health()))
                .collect(joining(", "));
        return Optional.of(
                "stale watches: %d: %s%s".formatted(stale.count(), named, others(stale.count(), stale.first())));
    }

    /** Names the first of the watches that were refused when it last looked, and why; empty if none was. */
    public Optional<String> refused() {
        Refusals.Report report = refused;
        if (report.count() == 0) {
            return Optional.empty();
        }
        String named = report.first().stream()
                .map(watch -> "%s (api %s, account %s): %s"
                        .formatted(watch.id(), watch.api(), watch.account(), watch.cause()))
                .collect(joining(", "));
        return Optional.of(
                "refused watches: %d: %s%s".formatted(report.count(), named, others(report.count(), report.first())));
    }

    private static String others(long all, List<?> named) {
        return all == named.size() ? "" : ", and " + (all - named.size()) + " more";
    }

    /** Looks once. */
    public void look() {
        polls.note();
        List<Staleness.StaleWatch> stale;
        do {
            stale = staleness.notice(leases.of(Shard.Kind.ACCOUNT));
            stale.forEach(Monitor::tell);
        } while (!stale.isEmpty());
        Staleness.Report report = staleness.report();
        if (report.count() < seen.count()) {
            LOG.info("watches are answered again, stale={} before={}", report.count(), seen.count());
        }
        seen = report;
        while (refusals.notice(leases.of(Shard.Kind.ACCOUNT))) {}
        refused = refusals.report();
        metrics.ceilings(rateLimits.all());
        figures.look();
        compareClocks();
        if (!clock.instant().isBefore(nextNote)) {
            clock.note();
            nextNote = clock.instant().plus(BETWEEN_NOTES);
        }
    }

    private static void tell(Staleness.StaleWatch stale) {
        LOG.warn(
                "watch={} api={} account={} is stale: no good answer since {}, health={}: {}; see whether the provider,"
                        + " the account's keys and its requests-per-second are right, or take the watch out of its file",
                stale.watch().id(),
                stale.watch().api(),
                stale.watch().account(),
                stale.since(),
                stale.health(),
                stale.failure() == null ? "no poll has failed either" : stale.failure());
    }

    private void compareClocks() {
        Duration now = clock.ahead();
        Duration set = now.minus(ahead);
        if (set.abs().compareTo(TOLERANCE) > 0) {
            LOG.warn(
                    "the system clock was put {} by {}: events are dated by it, and what waits in the ledger waits as long as"
                            + " it would have",
                    set.isNegative() ? "forward" : "back",
                    ReadableDuration.format(Duration.ofSeconds(set.abs().toSeconds())));
            ahead = now;
        }
    }
}
