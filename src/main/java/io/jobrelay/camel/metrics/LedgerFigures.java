package io.jobrelay.camel.metrics;

import io.jobrelay.ledger.Destinations;
import io.jobrelay.ledger.JobIndex;
import io.jobrelay.ledger.Outbox;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Reads what the ledger holds for the metrics: every few seconds, and less often where that takes long, so that it takes a
 * twentieth of the time at most.
 */
public final class LedgerFigures {
    private static final Duration BETWEEN = Duration.ofSeconds(2);
    private static final int SHARE = 20;

    private final JobIndex jobs;
    private final Destinations destinations;
    private final Predicate<String> takes;
    private final Metrics metrics;
    private final Clock clock;
    private Instant next = Instant.MIN;
    private volatile List<Destinations.Entry> seen = List.of();
    private volatile long unrouted;

    /**
     * @param takes false for a destination that is switched off: one that nothing waits for has no figures
     * @param clock the ledger's
     */
    public LedgerFigures(
            JobIndex jobs, Destinations destinations, Predicate<String> takes, Metrics metrics, Clock clock) {
        this.jobs = jobs;
        this.destinations = destinations;
        this.takes = takes;
        this.metrics = metrics;
        this.clock = clock;
        metrics.unrouted(() -> unrouted);
    }

    /** Names the outboxes that something waits in and that are not read, and what to do; empty if there is none. */
    public Optional<String> unread() {
        return seen.stream()
                .filter(entry -> entry.unread() != null)
                .map(entry -> "%d deliveries go nowhere: %s".formatted(entry.pending(), entry.unread()))
                .reduce((some, next) -> some + "; " + next);
    }

    /** Says why the router fails on events; empty if it fails on none. */
    public Optional<String> unroutable() {
        long events = unrouted;
        return seen.stream()
                .filter(entry -> events > 0 && entry.name().equals(Outbox.CHANGES) && entry.error() != null)
                .map(entry -> "%d events are not routed: %s".formatted(events, entry.error()))
                .findFirst();
    }

    /** Reads them, if it is time. */
    public void look() {
        Instant begin = clock.instant();
        if (begin.isBefore(next)) {
            return;
        }
        metrics.jobs(jobs.counts());
        seen = destinations.list();
        unrouted = destinations.unrouted();
        metrics.destinations(seen.stream()
                .filter(entry -> takes.test(entry.name()) || entry.pending() > 0)
                .toList());
        Instant end = clock.instant();
        Duration rest = Duration.between(begin, end).multipliedBy(SHARE);
        next = end.plus(rest.compareTo(BETWEEN) > 0 ? rest : BETWEEN);
    }
}
