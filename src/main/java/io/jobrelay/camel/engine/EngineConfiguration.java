package io.jobrelay.camel.engine;

import io.jobrelay.camel.health.HealthChecks;
import io.jobrelay.camel.metrics.LedgerFigures;
import io.jobrelay.camel.metrics.Metrics;
import io.jobrelay.camel.metrics.PollMeter;
import io.jobrelay.camel.metrics.RouteMonitor;
import io.jobrelay.camel.node.Housekeeping;
import io.jobrelay.camel.node.Housekeeping.Task;
import io.jobrelay.camel.node.Membership;
import io.jobrelay.camel.node.Monitor;
import io.jobrelay.camel.outbox.OutboxComponent;
import io.jobrelay.camel.provider.ProviderConfiguration;
import io.jobrelay.camel.watches.AddWatch;
import io.jobrelay.camel.watches.AddedWatches;
import io.jobrelay.camel.watches.WatchFiles;
import io.jobrelay.camel.watches.WatchesComponent;
import io.jobrelay.job.Change;
import io.jobrelay.ledger.Announcements;
import io.jobrelay.ledger.Deliveries.Status;
import io.jobrelay.ledger.Destinations;
import io.jobrelay.ledger.DueWatches;
import io.jobrelay.ledger.Intake;
import io.jobrelay.ledger.JobIndex;
import io.jobrelay.ledger.Leases;
import io.jobrelay.ledger.LedgerClock;
import io.jobrelay.ledger.LedgerDatabase;
import io.jobrelay.ledger.LedgerException;
import io.jobrelay.ledger.Nodes;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.ledger.Purge;
import io.jobrelay.ledger.Refusals;
import io.jobrelay.ledger.Staleness;
import io.jobrelay.ledger.Watches;
import io.jobrelay.settings.Settings;
import io.jobrelay.status.Flow;
import io.jobrelay.status.ReloadStatus;
import io.jobrelay.watch.RepeatedReading;
import io.jobrelay.watch.WatchGlob;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;

/** The beans that the engine's routes name: the ledger and what works on it. */
public final class EngineConfiguration implements AutoCloseable {
    private final LedgerDatabase database;
    private final LedgerClock clock;
    private final Nodes nodes;
    private final Leases leases;
    private final Watches watches;
    private final Outbox outbox;
    private final Destinations destinations;
    private final WatchFiles watchFiles;
    private final OutboxComponent outboxes;
    private final RouteMonitor routes;
    private final WatchesComponent polls;
    private final HealthChecks checks;
    private final Housekeeping housekeeping;

    public EngineConfiguration(
            CamelContext context,
            Supplier<Settings> settings,
            ProviderConfiguration providers,
            ReloadStatus reloads,
            Clock wall,
            LongSupplier nanoTime,
            Consumer<Change> changes) {
        DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();
        Settings started = settings.get();
        database = LedgerDatabase.open(started.ledger());
        clock = LedgerClock.of(database, wall, nanoTime);
        nodes = new Nodes(
                database,
                clock,
                nanoTime,
                new Nodes.Self(started.node(), Metrics.VERSION),
                () -> UUID.randomUUID().toString());
        leases = new Leases(database, nodes.lease());
        leases.look();
        watches = new Watches(database, clock);
        outbox = new Outbox(database, clock);
        Announcements announcements = new Announcements(
                started.instance(), wall, () -> UUID.randomUUID().toString());
        Intake intake = new Intake(database, outbox, announcements, clock, random);
        Metrics metrics = new Metrics(clock);
        destinations = new Destinations(database, clock, this::unread);
        routes = new RouteMonitor(context, () -> providers.apis().keySet(), destinations, wall);
        PollMeter meter = new PollMeter(watches::polls, providers::accounts, metrics, clock, wall, changes);
        outboxes = new OutboxComponent(
                outbox,
                leases,
                clock,
                () -> settings.get().delivery(),
                random,
                () -> settings.get().destinations(),
                providers.secrets(),
                metrics);
        watchFiles = new WatchFiles(
                () -> new WatchGlob(settings.get().watches()),
                new RepeatedReading(providers.watchReader(), wall),
                watches,
                reloads);
        Registry registry = context.getRegistry();
        metrics.bind(context);
        metrics.reloads(reloads::generation, reloads::refusedFiles);
        registry.bind("add-watch", new AddWatch(providers.watchReader(), watches));
        polls = new WatchesComponent(
                new WatchesComponent.Beans(
                        new DueWatches(database),
                        intake,
                        providers.rateLimits(),
                        leases,
                        providers::accounts,
                        providers::api,
                        providers.secrets(),
                        clock,
                        () -> database.trouble().isEmpty(),
                        meter),
                started.poll().concurrency());
        context.addComponent("watches", polls);
        Refusals refusals = new Refusals(database, announcements, clock);
        AddedWatches added = new AddedWatches(providers.watchReader(), refusals);
        LedgerFigures figures =
                new LedgerFigures(new JobIndex(database), destinations, outboxes::takes, metrics, clock);
        Monitor monitor = new Monitor(
                new Staleness(database, announcements, clock),
                refusals,
                leases,
                polls,
                providers.rateLimits(),
                figures,
                clock,
                metrics);
        Membership membership = new Membership(started.node(), nodes, leases, metrics);
        Purge purge = new Purge(database, clock, leases, context::isStopping);
        housekeeping = new Housekeeping(
                context,
                List.of(
                        new Task("heartbeat", Duration.ofSeconds(1), membership::heartbeat),
                        new Task("balance", Duration.ofMillis(500), membership::balance),
                        new Task("monitor", Duration.ofSeconds(1), monitor::look),
                        new Task("health", Duration.ofSeconds(2), this::lookAtHealth),
                        new Task("watch-files", Duration.ofSeconds(1), watchFiles::read),
                        new Task("added-watches", Duration.ofSeconds(1), added::review),
                        new Task(
                                "purge",
                                Duration.ofHours(1),
                                () -> purge.expired(
                                        settings.get().retention(),
                                        settings.get().jobRetention()))));
        checks = new HealthChecks(registry, metrics);
        checks.add("node-lease", true, membership::trouble);
        checks.add("ledger", true, database::trouble);
        checks.add("accounts", false, meter::refusedAccounts);
        checks.add("stale-watches", false, monitor::stale);
        checks.add("unread-outboxes", false, figures::unread);
        checks.add("unrouted-events", false, figures::unroutable);
        checks.add("refused-watches", false, monitor::refused);
        checks.add("reload", false, reloads::trouble)
                .detail("generation", reloads::generation)
                .detail("jobrelay.watches", () -> String.join("; ", watchFiles.unmatched()));
        context.addComponent("outbox", outboxes);
    }

    private void lookAtHealth() {
        checks.look();
    }

    /** What may be wrong, to be added to. */
    public HealthChecks checks() {
        return checks;
    }

    /** What the node does beside its routes; started by what runs the engine. */
    public Housekeeping housekeeping() {
        return housekeeping;
    }

    public WatchesComponent polls() {
        return polls;
    }

    public OutboxComponent outboxes() {
        return outboxes;
    }

    public Watches watches() {
        return watches;
    }

    private Optional<String> unread(String destination) {
        return outboxes.unread(destination);
    }

    /** The routes that run and what goes through them. */
    public Flow flow() {
        return routes.flow();
    }

    public WatchFiles watchFiles() {
        return watchFiles;
    }

    public Outbox outbox() {
        return outbox;
    }

    public Destinations destinations() {
        return destinations;
    }

    public Nodes nodes() {
        return nodes;
    }

    /**
     * True when all watches have ended and all deliveries are settled, but for those to destinations that are switched off,
     * disabled, or read by no route: they may wait for ever.
     */
    public boolean done() {
        return watchFiles.complete()
                && watches.ended()
                && destinations.owing().stream().allMatch(name -> unread(name).isPresent());
    }

    /** True if, when all is done, some delivery is dead, or waits for a destination that is disabled or not there. */
    public boolean undelivered() {
        return !destinations.having(Status.DEAD).isEmpty()
                || destinations.having(Status.PENDING).stream().anyMatch(outboxes::takes);
    }

    @Override
    public void close() {
        try (database;
                nodes;
                leases) {
            clock.note();
        } catch (LedgerException e) {
            // The ledger has logged its trouble, and the next start does without.
        }
    }

    /** The ledger, for those who only look into it. */
    public LedgerDatabase ledger() {
        return database;
    }
}
