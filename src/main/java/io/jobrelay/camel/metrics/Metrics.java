package io.jobrelay.camel.metrics;

import static java.util.Objects.requireNonNullElse;
import static java.util.stream.Collectors.toList;

import io.jobrelay.account.RateLimits;
import io.jobrelay.camel.outbox.DeliveryListener;
import io.jobrelay.delivery.AttemptResult;
import io.jobrelay.delivery.Circuit;
import io.jobrelay.job.ReadableDuration;
import io.jobrelay.ledger.Deliveries.Status;
import io.jobrelay.ledger.Delivery;
import io.jobrelay.ledger.Destinations;
import io.jobrelay.ledger.JobIndex;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;

/**
 * What Jobrelay counts and measures, and under which names; {@code docs/operations.md} explains each. A scrape reads what
 * is in memory and never asks the ledger: who owns a figure looks it up in its own time and keeps it. Nothing is named by a
 * job or a watch, of which there are too many.
 */
public final class Metrics implements DeliveryListener {
    /** The bean that Camel serves at {@code /observe/metrics}. */
    static final String REGISTRY = "metricsRegistry";

    /** The bean that is this. */
    private static final String NAME = "metrics";

    /** The result of what went well; otherwise it is the kind of the failure. */
    public static final String SUCCEEDED = "SUCCEEDED";

    /** Of this Jobrelay. */
    public static final String VERSION =
            requireNonNullElse(Metrics.class.getPackage().getImplementationVersion(), "from source");

    private static final Duration[] LAGS = durations("100ms", "1s", "10s", "1m", "5m", "1h");
    private static final Duration[] POLLS =
            durations("50ms", "100ms", "250ms", "500ms", "1s", "2500ms", "5s", "10s", "30s");
    private static final Duration[] AGES = durations("100ms", "500ms", "1s", "5s", "30s", "5m", "1h", "1d");

    private static final double MILLIS_PER_SECOND = 1000;
    private static final String API = "api";
    private static final String ACCOUNT = "account";
    private static final String STATE = "state";
    private static final String DESTINATION = "destination";
    private static final String RESULT = "result";
    private static final String CEILING = "ceiling";

    private final Clock clock;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    /** The registry has them too, but it takes longer to ask it for one than to count. */
    private final Map<Key, Counter> counters = new ConcurrentHashMap<>();

    private final Map<Key, Timer> timers = new ConcurrentHashMap<>();

    private final MultiGauge jobs = gauges("jobrelay.jobs", "Jobs that the ledger knows.");
    private final MultiGauge pending = gauges("jobrelay.deliveries.pending", "Deliveries that are still to be made.");
    private final MultiGauge oldestPending = MultiGauge.builder("jobrelay.deliveries.oldest.pending")
            .description("Age of the oldest change that is still to be delivered, 0 where there is none.")
            .baseUnit("seconds")
            .register(registry);
    private final MultiGauge unread = gauges(
            "jobrelay.deliveries.unread", "Deliveries that wait for a destination that no route reads or that is off.");
    private final MultiGauge dead = gauges("jobrelay.deliveries.dead", "Deliveries that have used up their attempts.");
    private final MultiGauge circuits = gauges(
            "jobrelay.destination.circuit", "1 for the state that the destination's circuit is in, 0 for the others.");
    private final MultiGauge ceilings = gauges(
            "jobrelay.ceiling.requests.per.second",
            "Requests that an account may make in a second over all nodes: as configured, and what is left of it.");

    private record Key(String name, List<String> tags) {}

    /**
     * @param clock the ledger's
     */
    public Metrics(Clock clock) {
        this.clock = clock;
        Gauge.builder("jobrelay.build.info", () -> 1)
                .description("Always 1: which Jobrelay, on which Java.")
                .tag("version", VERSION)
                .tag("java", Runtime.version().toString())
                .register(registry);
        List.of(new FileDescriptorMetrics(), new JvmMemoryMetrics(), new ProcessorMetrics(), new UptimeMetrics())
                .forEach(process -> process.bindTo(registry));
    }

    private MultiGauge gauges(String name, String description) {
        return MultiGauge.builder(name).description(description).register(registry);
    }

    private void count(String name, String description, String... tags) {
        counters.computeIfAbsent(
                        new Key(name, List.of(tags)),
                        key -> Counter.builder(name)
                                .description(description)
                                .tags(tags)
                                .register(registry))
                .increment();
    }

    private Timer timer(String name, String description, Duration[] limits, String... tags) {
        return timers.computeIfAbsent(
                new Key(name, List.of(tags)),
                key -> Timer.builder(name)
                        .description(description)
                        .tags(tags)
                        .serviceLevelObjectives(limits)
                        .register(registry));
    }

    private static Duration[] durations(String... texts) {
        return Stream.of(texts).map(ReadableDuration::parse).toArray(Duration[]::new);
    }

    /** Puts the metrics where Camel serves them and where beans find them. */
    public void bind(CamelContext context) {
        context.getRegistry().bind(REGISTRY, registry);
        context.getRegistry().bind(NAME, this);
    }

    /** Those of the context; empty where only providers are asked. */
    public static Optional<Metrics> of(CamelContext context) {
        return Optional.ofNullable(context.getRegistry().lookupByNameAndType(NAME, Metrics.class));
    }

    public void watchesStale(Supplier<Number> count) {
        Gauge.builder("jobrelay.watches.stale", count)
                .description("Watches that have had no good answer for longer than three times their longest pace.")
                .register(registry);
    }

    public void watchesRefused(Supplier<Number> count) {
        Gauge.builder("jobrelay.watches.refused", count)
                .description(
                        "Watches that are not polled, since their API or account is not there or they are invalid.")
                .register(registry);
    }

    /** Whether a health check has found something wrong. */
    public void trouble(String check, Supplier<Number> down) {
        Gauge.builder("jobrelay.trouble", down)
                .description("1 while the health check of that name is down, 0 while it is up.")
                .tag("check", check)
                .register(registry);
    }

    void unrouted(Supplier<Number> count) {
        Gauge.builder("jobrelay.changes.unrouted", count)
                .description("Events that the router fails on; they wait, and are tried again.")
                .register(registry);
    }

    public void brokerMessages(Supplier<Number> count) {
        Gauge.builder("jobrelay.broker.messages", count)
                .description("Messages that wait in the queues of the embedded broker.")
                .register(registry);
    }

    public void clockOffset(Supplier<Number> seconds) {
        Gauge.builder("jobrelay.clock.offset", seconds)
                .description("How far the system clock has been put back since the ledger began to follow it.")
                .baseUnit("seconds")
                .register(registry);
    }

    public void nodes(Supplier<Number> count, Supplier<Number> lease) {
        Gauge.builder("jobrelay.nodes", count)
                .description("Nodes that work on the ledger, as this one has seen them.")
                .register(registry);
        Gauge.builder("jobrelay.node.lease", lease)
                .description(
                        "For how long this node may go on if it cannot say that it lives; 0 while it polls nothing.")
                .baseUnit("seconds")
                .register(registry);
    }

    public void reloads(Supplier<Number> generation, Supplier<Number> refused) {
        Gauge.builder("jobrelay.reload.generation", generation)
                .description("Which generation of routes, mappings, watch files and properties runs; 1 at the start.")
                .register(registry);
        Gauge.builder("jobrelay.reload.refused.files", refused)
                .description("Files that were edited and are refused; what ran before them goes on.")
                .register(registry);
    }

    void pollLag(String api, Duration lag) {
        timer("jobrelay.poll.lag", "How much later than planned polls began.", LAGS, API, api)
                .record(lag);
    }

    /** A poll has ended; the result is {@link #SUCCEEDED} or the kind of its failure. */
    void poll(String api, String account, String result, Duration duration) {
        count("jobrelay.polls", "Polls that have ended.", API, api, ACCOUNT, account, RESULT, result);
        String description = "How long polls took, from their begin to the whole answer.";
        timer("jobrelay.poll.duration", description, POLLS, API, api, ACCOUNT, account)
                .record(duration);
    }

    void answerAge(String api, String account, Supplier<Number> seconds) {
        Gauge.builder("jobrelay.answer.age", seconds)
                .description("How long ago the last good answer came, or, before the first, the first poll ended.")
                .baseUnit("seconds")
                .tags(API, api, ACCOUNT, account)
                .register(registry);
    }

    /** For so long polls were due that the account's ceiling held back. */
    void throttled(String account, Duration time) {
        Counter.builder("jobrelay.account.throttled")
                .description("Time in which polls were due that requests-per-second held back.")
                .baseUnit("seconds")
                .tag(ACCOUNT, account)
                .register(registry)
                .increment(seconds(time));
    }

    /** The accounts' ceilings when they were last looked at, in the place of what they were before. */
    public void ceilings(Map<String, RateLimits.Ceiling> all) {
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        all.forEach((account, ceiling) -> {
            Tags tags = Tags.of(ACCOUNT, account);
            rows.add(MultiGauge.Row.of(tags.and(CEILING, "configured"), ceiling.configured()));
            rows.add(MultiGauge.Row.of(tags.and(CEILING, "effective"), ceiling.effective()));
        });
        ceilings.register(rows, true);
    }

    /** A token has been asked for; the result is {@link #SUCCEEDED} or the kind of the failure. */
    public void tokenRefresh(String account, String result) {
        count("jobrelay.token.refreshes", "Tokens that were asked for.", ACCOUNT, account, RESULT, result);
    }

    void change(String api, String state) {
        count("jobrelay.changes", "Changes of jobs, by the state that they led to.", API, api, STATE, state);
    }

    @Override
    public void failed(Delivery delivery, AttemptResult result) {
        attempt(delivery, result.name());
    }

    private void attempt(Delivery delivery, String result) {
        count("jobrelay.deliveries", "Attempts to deliver.", DESTINATION, delivery.destination(), RESULT, result);
    }

    @Override
    public void delivered(Delivery delivery) {
        attempt(delivery, Status.DELIVERED.name());
        String description = "How long after their commit changes were delivered.";
        timer("jobrelay.delivery.age", description, AGES, DESTINATION, delivery.destination())
                .record(Duration.between(delivery.madeAt(), clock.instant()));
    }

    /** What the ledger held when it was last looked at, in the place of what it held before. */
    void jobs(List<JobIndex.Count> counts) {
        jobs.register(
                counts.stream()
                        .map(count -> MultiGauge.Row.of(Tags.of(API, count.api(), STATE, count.state()), count.jobs()))
                        .collect(toList()),
                true);
    }

    /** How the destinations did when the ledger was last looked at, in the place of what was before. */
    void destinations(List<Destinations.Entry> destinations) {
        List<MultiGauge.Row<?>> deliveries = new ArrayList<>();
        List<MultiGauge.Row<?>> ages = new ArrayList<>();
        List<MultiGauge.Row<?>> nowhere = new ArrayList<>();
        List<MultiGauge.Row<?>> given = new ArrayList<>();
        List<MultiGauge.Row<?>> states = new ArrayList<>();
        for (Destinations.Entry entry : destinations) {
            Tags tags = Tags.of(DESTINATION, entry.name());
            Instant oldest = entry.oldestPendingTime();
            deliveries.add(MultiGauge.Row.of(tags, entry.pending()));
            ages.add(MultiGauge.Row.of(
                    tags, () -> oldest == null ? 0 : seconds(Duration.between(oldest, clock.instant()))));
            nowhere.add(MultiGauge.Row.of(tags, entry.unread() == null ? 0 : entry.pending()));
            given.add(MultiGauge.Row.of(tags, entry.dead()));
            for (Circuit.State state : Circuit.State.values()) {
                states.add(MultiGauge.Row.of(tags.and(STATE, state.name()), state == entry.circuit() ? 1 : 0));
            }
        }
        pending.register(deliveries, true);
        oldestPending.register(ages, true);
        unread.register(nowhere, true);
        dead.register(given, true);
        circuits.register(states, true);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / MILLIS_PER_SECOND;
    }
}
