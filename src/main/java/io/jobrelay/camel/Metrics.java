package io.jobrelay.camel;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * What Jobrelay counts and measures, and under which names; {@code docs/operations.md} explains each. A scrape reads what
 * is in memory and never asks the ledger: who owns a figure looks it up in its own time and keeps it.
 */
final class Metrics {
    /** The bean that Camel serves at {@code /observe/metrics}. */
    static final String REGISTRY = "metricsRegistry";

    /** How many watches are blind. */
    private static final String WATCHES_BLIND = "jobrelay.watches.blind";
    /** How much later than planned polls began, by API. */
    private static final String POLL_LAG = "jobrelay.poll.lag";
    /** By how many seconds the ledger's time is ahead of the machine's. */
    private static final String CLOCK_OFFSET = "jobrelay.clock.offset";

    private static final Duration[] LAGS = {
        Duration.ofMillis(100),
        Duration.ofSeconds(1),
        Duration.ofSeconds(10),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofHours(1)
    };

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    PrometheusMeterRegistry registry() {
        return registry;
    }

    void watchesBlind(Supplier<Number> count) {
        Gauge.builder(WATCHES_BLIND, count)
                .description("Watches that have had no good answer for longer than three times their longest pace.")
                .register(registry);
    }

    void clockOffset(Supplier<Number> seconds) {
        Gauge.builder(CLOCK_OFFSET, seconds)
                .description("How far the system clock has been put back since the ledger began to follow it.")
                .baseUnit("seconds")
                .register(registry);
    }

    void pollLag(String api, Duration lag) {
        Timer.builder(POLL_LAG)
                .description("How much later than planned polls began.")
                .tag("api", api)
                .serviceLevelObjectives(LAGS)
                .register(registry)
                .record(lag);
    }
}
