package io.jobrelay.camel.metrics;

import io.jobrelay.ledger.Destinations;
import io.jobrelay.ledger.JobIndex;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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

    /**
     * @param takes false for a destination that is switched off: what waits for it is no problem
     * @param clock the ledger's
     */
    public LedgerFigures(
            JobIndex jobs, Destinations destinations, Predicate<String> takes, Metrics metrics, Clock clock) {
        this.jobs = jobs;
        this.destinations = destinations;
        this.takes = takes;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Reads them, if it is time. */
    public void look() {
        Instant begin = clock.instant();
        if (begin.isBefore(next)) {
            return;
        }
        metrics.jobs(jobs.counts());
        metrics.destinations(destinations.list().stream()
                .filter(entry -> takes.test(entry.name()))
                .toList());
        Instant end = clock.instant();
        Duration rest = Duration.between(begin, end).multipliedBy(SHARE);
        next = end.plus(rest.compareTo(BETWEEN) > 0 ? rest : BETWEEN);
    }
}
