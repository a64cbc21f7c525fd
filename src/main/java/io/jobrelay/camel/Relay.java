package io.jobrelay.camel;

import static java.util.Objects.requireNonNull;

import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.camel.config.ContextSettings;
import io.jobrelay.camel.config.SnapshotSource;
import io.jobrelay.camel.config.WithoutCliConnector;
import io.jobrelay.camel.destination.DestinationConfiguration;
import io.jobrelay.camel.engine.EngineConfiguration;
import io.jobrelay.camel.metrics.Tracing;
import io.jobrelay.camel.node.Housekeeping;
import io.jobrelay.camel.node.Housekeeping.Task;
import io.jobrelay.camel.provider.ProviderConfiguration;
import io.jobrelay.camel.reload.Reload;
import io.jobrelay.camel.reload.ReloadWatcher;
import io.jobrelay.camel.reload.RouteReplacer;
import io.jobrelay.camel.reload.RunningContext;
import io.jobrelay.camel.reload.UncachedDirectComponent;
import io.jobrelay.camel.validation.DryRun;
import io.jobrelay.camel.validation.RequiredRoutes;
import io.jobrelay.job.Change;
import io.jobrelay.ledger.LedgerException;
import io.jobrelay.logging.LogText;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.settings.InvalidSettingsException;
import io.jobrelay.settings.ListenAddress;
import io.jobrelay.settings.PortInUseException;
import io.jobrelay.settings.Problem;
import io.jobrelay.settings.Settings;
import io.jobrelay.status.ReloadStatus;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.camel.CamelContext;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.jspecify.annotations.Nullable;

/**
 * Jobrelay itself, running: Camel with the route files of the working directory, and the beans that they name, built from
 * its {@code application.properties}. Closing it ends what is in flight and keeps the rest in the ledger.
 */
public final class Relay implements AutoCloseable {
    private static final String PROVIDER_ROUTES =
            "file:routes/templates/*.camel.yaml,file:routes/providers/*.camel.yaml,file:routes/signing/*.camel.yaml";
    private static final String ENGINE_ROUTES = "file:routes/policies/*.camel.yaml,file:routes/poll.camel.yaml";

    /** How much is started. */
    public enum Scope {
        /** The providers' routes, to be asked one by one. */
        PROVIDERS(PROVIDER_ROUTES),
        /** And the engine that polls the watches and takes in what they bring. */
        POLLING(PROVIDER_ROUTES + "," + ENGINE_ROUTES),
        /** And the router and the destinations: the whole flow. */
        EVERYTHING("file:routes/**/*.camel.yaml");

        private final String routes;

        Scope(String routes) {
            this.routes = routes;
        }
    }

    private final Main main;
    private final Secrets secrets = new Secrets();
    private @Nullable ProviderConfiguration providers;
    private @Nullable EngineConfiguration engine;
    private @Nullable DestinationConfiguration destinations;
    private @Nullable Tracing tracing;
    private @Nullable ManagementPort management;
    private @Nullable Housekeeping watcher;
    private final AtomicReference<Settings> settings = new AtomicReference<>();
    private final ReloadStatus reloads;

    private Relay(Main main, Clock clock) {
        this.main = main;
        this.reloads = new ReloadStatus(clock);
    }

    /**
     * Starts.
     *
     * @param overrides properties that win over those of {@code application.properties} and of the environment
     * @param changes gets every change once it is committed, on the thread that polled
     * @throws InvalidSettingsException if the properties are wrong, or a route that it needs is missing, with every problem
     * @throws PortInUseException if one of its ports cannot be listened at, naming each
     * @throws LedgerException if the ledger cannot be opened
     * @throws IllegalStateException if there are no routes here, or they cannot be started
     */
    public static Relay start(Scope scope, Map<String, String> overrides, Clock clock, Consumer<Change> changes) {
        return start(scope, overrides, clock, System::nanoTime, changes);
    }

    /**
     * Starts, with both clocks of the machine given.
     *
     * @param clock the one that may be set
     * @param nanoTime the one that only runs forward
     */
    public static Relay start(
            Scope scope, Map<String, String> overrides, Clock clock, LongSupplier nanoTime, Consumer<Change> changes) {
        ConfigSnapshot snapshot = ConfigSnapshot.requireRoutes();
        snapshot.propertiesProblem().ifPresent(problem -> {
            throw new InvalidSettingsException(List.of(problem));
        });
        Main main = new Main();
        SnapshotSource files = new SnapshotSource(snapshot);
        main.configure().withRoutesIncludePattern(scope.routes);
        main.addInitialProperty(ManagementPort.HOST, ManagementPort.THIS_MACHINE);
        main.addInitialProperty("camel.health.exposure-level", "full"); // what is DEGRADED is up
        files.serve(main);
        // To Camel the environment would count most; here it is what a command sets, then the environment, then the
        // file.
        main.addInitialProperty("camel.component.properties.environment-variable-mode", "1");
        overrides.forEach(main::addOverrideProperty);
        if (scope != Scope.EVERYTHING) {
            main.addOverrideProperty(ContextSettings.MANAGEMENT, "false");
            main.addOverrideProperty(ContextSettings.METRICS, "false");
            main.addMainListener(new WithoutCliConnector());
        }
        Relay relay = new Relay(main, clock);
        main.addMainListener(new MainListenerSupport() {
            @Override
            public void beforeInitialize(BaseMainSupport support) {
                CamelContext context = support.getCamelContext();
                LogText.mask(relay.secrets);
                Settings settings = ContextSettings.reader(
                                context, files.snapshot().properties(), overrides, relay.secrets)
                        .read();
                if (scope == Scope.EVERYTHING) {
                    relay.takePorts(context, settings, overrides);
                }
                relay.bind(context, settings, scope, clock, nanoTime, changes);
            }

            @Override
            public void afterConfigure(BaseMainSupport support) {
                ManagementPort.refuseWhatIsOpen(main.configure());
            }
        });
        try {
            main.start();
            if (scope == Scope.EVERYTHING) {
                relay.requireRoutes();
            }
            if (relay.engine != null) {
                main.getCamelContext().addService(relay.engine.housekeeping());
            }
            if (relay.management != null) {
                relay.management.requireListening();
            }
            if (scope == Scope.EVERYTHING) {
                relay.watcher = relay.watch(files, overrides, clock, nanoTime);
            }
            return relay;
        } catch (Exception e) {
            relay.close();
            throw ContextSettings.cause(e, relay.secrets);
        }
    }

    private void requireRoutes() {
        CamelContext context = main.getCamelContext();
        List<Problem> missing = RequiredRoutes.missing(RequiredRoutes.reads(context.getRoutes()), settings());
        if (!missing.isEmpty()) {
            throw new InvalidSettingsException(missing);
        }
        engine().outboxes().tellUnread();
    }

    private Housekeeping watch(
            SnapshotSource source, Map<String, String> overrides, Clock clock, LongSupplier nanoTime) {
        CamelContext context = main.getCamelContext();
        RunningContext running = new RunningContext(
                source,
                settings,
                () -> ContextSettings.reader(context, source.snapshot().properties(), overrides, secrets)
                        .read(),
                providers(),
                engine(),
                requireNonNull(destinations),
                new RouteReplacer(context, nanoTime));
        ReloadWatcher watching = new ReloadWatcher(new Reload(
                running, reloads, (snapshot, changed) -> DryRun.of(snapshot, changed, overrides, secrets, clock)));
        Housekeeping look =
                new Housekeeping(context, List.of(new Task("reload", settings().lookEvery(), watching::look)));
        look.start();
        return look;
    }

    private void bind(
            CamelContext context,
            Settings started,
            Scope scope,
            Clock clock,
            LongSupplier nanoTime,
            Consumer<Change> changes) {
        settings.set(started);
        context.addComponent("direct", new UncachedDirectComponent());
        context.getManagementStrategy().addEventNotifier(new CutOnStop(context));
        if (ContextSettings.value(context, Tracing.ENABLED)
                .filter("true"::equals)
                .isPresent()) {
            tracing = new Tracing(context, secrets);
        }
        providers = new ProviderConfiguration(context, this::settings, secrets, clock);
        if (scope != Scope.PROVIDERS) {
            engine = new EngineConfiguration(context, this::settings, providers, reloads, clock, nanoTime, changes);
        }
        if (scope == Scope.EVERYTHING) {
            destinations = new DestinationConfiguration(context, started, secrets, clock, engine().checks());
        }
    }

    /** Before anything is started, so that nothing is where one port cannot be had. */
    private void takePorts(CamelContext context, Settings started, Map<String, String> overrides) {
        Optional<ListenAddress> managed = ManagementPort.address(
                key -> Optional.ofNullable(overrides.get(key)).or(() -> ContextSettings.value(context, key)));
        List<ListenAddress> addresses = new ArrayList<>(managed.stream().toList());
        if (started.http().enabled()) {
            addresses.add(started.http().listenAddress());
        }
        started.destinations()
                .values()
                .forEach(destination -> destination.listenAddress().ifPresent(addresses::add));
        ListenAddress.requireFree(addresses);
        managed.ifPresent(address -> management = new ManagementPort(address, context.getRegistry()));
    }

    /** True once Camel has stopped, be it by Camel's own command line. */
    public boolean stopped() {
        return main.getCamelContext().isStopped();
    }

    /** How many messages wait in the embedded broker of the destination; empty where it has none. */
    public OptionalLong messages(String destination) {
        return destinations == null ? OptionalLong.empty() : destinations.messages(destination);
    }

    /** Which snapshot of the files runs. */
    public ReloadStatus reloads() {
        return reloads;
    }

    public ProviderConfiguration providers() {
        return requireNonNull(providers, "not started");
    }

    /** The engine, in a scope that has one. */
    public EngineConfiguration engine() {
        return requireNonNull(engine, "this scope has no engine");
    }

    @Override
    @SuppressWarnings("try") // not named again: they are closed once Camel has stopped, the ledger last
    public void close() {
        try (EngineConfiguration closedLast = engine;
                DestinationConfiguration closedBefore = destinations;
                Tracing closedThen = tracing;
                ManagementPort closedFirst = management) {
            if (watcher != null) {
                watcher.stop(); // behind an edit that is being taken over
            }
            main.stop();
        }
    }

    /** What its properties say, as they are now. */
    public Settings settings() {
        return requireNonNull(settings.get(), "not started");
    }
}
