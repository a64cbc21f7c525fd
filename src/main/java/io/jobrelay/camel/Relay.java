package io.jobrelay.camel;

import static java.util.Objects.requireNonNull;

import io.jobrelay.camel.destination.DestinationConfiguration;
import io.jobrelay.camel.metrics.Tracing;
import io.jobrelay.camel.provider.ProviderConfiguration;
import io.jobrelay.job.Change;
import io.jobrelay.ledger.LedgerException;
import io.jobrelay.reload.Edition;
import io.jobrelay.reload.Reloads;
import io.jobrelay.settings.InvalidSettingsException;
import io.jobrelay.settings.ListenAddress;
import io.jobrelay.settings.PortInUseException;
import io.jobrelay.settings.Problem;
import io.jobrelay.settings.PropertyFile;
import io.jobrelay.settings.Settings;
import io.jobrelay.settings.SettingsReader;
import io.jobrelay.trust.LogText;
import io.jobrelay.trust.Secrets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.jspecify.annotations.Nullable;

/**
 * Jobrelay itself, running: Camel with the route files of the working directory, and the beans that they name, built from
 * its {@code application.properties}. Closing it ends what is in flight and keeps the rest in the ledger.
 */
public final class Relay implements AutoCloseable {
    private static final String PROVIDER_ROUTES = "file:routes/providers/*.camel.yaml,file:routes/signing/*.camel.yaml";
    private static final String ENGINE_ROUTES = "file:routes/policies/*.camel.yaml,file:routes/engine/*.camel.yaml";

    /** Camel's property that opens the management port, for health and metrics. */
    public static final String MANAGEMENT = "camel.management.enabled";

    static final String METRICS = "camel.metrics.enabled";

    /** How much of the line is started. */
    public enum Scope {
        /** The providers' routes, to be asked one by one. */
        PROVIDERS(PROVIDER_ROUTES),
        /** And the engine that polls the watches and takes in what they bring. */
        POLLING(PROVIDER_ROUTES + "," + ENGINE_ROUTES),
        /** And the router and the destinations: the whole line. */
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
    private @Nullable LiveEditing editing;
    private volatile @Nullable Settings settings;
    private final Reloads reloads;

    private Relay(Main main, Clock clock) {
        this.main = main;
        this.reloads = new Reloads(clock);
    }

    /**
     * Starts.
     *
     * @param overrides properties that win over those of {@code application.properties} and of the environment
     * @param changes told of every change once it is committed, on the thread that polled
     * @throws InvalidSettingsException if the properties are wrong, with every problem
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
        requireRoutes();
        Main main = new Main();
        EditedFiles files = new EditedFiles(Edition.read());
        files.serve(main);
        main.configure().withRoutesIncludePattern(scope.routes);
        main.addInitialProperty(ManagementPort.HOST, ManagementPort.THIS_MACHINE);
        // To Camel the environment would count most; here it is what a command sets, then the environment, then the
        // file.
        main.addInitialProperty("camel.component.properties.environment-variable-mode", "1");
        overrides.forEach(main::addOverrideProperty);
        if (scope != Scope.EVERYTHING) {
            main.addOverrideProperty(MANAGEMENT, "false");
            main.addOverrideProperty(METRICS, "false");
            main.addMainListener(new WithoutCliConnector());
        }
        Relay relay = new Relay(main, clock);
        main.addMainListener(new MainListenerSupport() {
            @Override
            public void beforeInitialize(BaseMainSupport support) {
                CamelContext context = support.getCamelContext();
                LogText.mask(relay.secrets);
                Settings settings = settings(context, files.edition().properties(), overrides, relay.secrets)
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
            if (relay.engine != null) {
                main.getCamelContext().addService(relay.engine.housekeeping());
            }
            if (relay.management != null) {
                relay.management.requireListening();
            }
            if (scope == Scope.EVERYTHING) {
                relay.editing = relay.edit(files, overrides, clock, nanoTime);
            }
            return relay;
        } catch (Exception e) {
            relay.close();
            throw cause(e, relay.secrets);
        }
    }

    private LiveEditing edit(EditedFiles files, Map<String, String> overrides, Clock clock, LongSupplier nanoTime) {
        CamelContext context = main.getCamelContext();
        RunningLine line = new RunningLine(
                context,
                files,
                this::settings,
                next -> settings = next,
                () -> settings(context, files.edition().properties(), overrides, secrets)
                        .read(),
                providers(),
                engine(),
                requireNonNull(destinations),
                nanoTime);
        return LiveEditing.start(
                settings().lookEvery(),
                edition -> RouteTrial.problems(edition, overrides, secrets, clock),
                line,
                reloads);
    }

    private void bind(
            CamelContext context,
            Settings started,
            Scope scope,
            Clock clock,
            LongSupplier nanoTime,
            Consumer<Change> changes) {
        settings = started;
        context.addComponent("direct", new UncachedDirectComponent());
        context.getManagementStrategy().addEventNotifier(new CutOnStop(context));
        if (value(context, Tracing.ENABLED).filter("true"::equals).isPresent()) {
            tracing = new Tracing(context, secrets);
        }
        providers = new ProviderConfiguration(context, this::settings, secrets, clock);
        if (scope != Scope.PROVIDERS) {
            engine = new EngineConfiguration(context, this::settings, providers, reloads, clock, nanoTime, changes);
        }
        if (scope == Scope.EVERYTHING) {
            destinations = new DestinationConfiguration(context, started, secrets, clock);
        }
    }

    /** Before anything is started, so that nothing is where one port cannot be had. */
    private void takePorts(CamelContext context, Settings started, Map<String, String> overrides) {
        Optional<ListenAddress> managed = ManagementPort.address(
                key -> Optional.ofNullable(overrides.get(key)).or(() -> value(context, key)));
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

    /** Refuses a working directory without routes. */
    static void requireRoutes() {
        if (!Files.isDirectory(Path.of("routes"))) {
            throw new IllegalStateException(
                    "there is no routes/ in %s: 'jobrelay init' copies what Jobrelay works with here, or start it in a directory that has it"
                            .formatted(Path.of("").toAbsolutePath()));
        }
    }

    /**
     * Reads the settings with Camel's own placeholders, vaults and environment variables resolved.
     *
     * @param text of the file that the context reads
     * @param secrets learn those among the properties
     */
    static SettingsReader settings(CamelContext context, String text, Map<String, String> overrides, Secrets secrets) {
        PropertyFile file = PropertyFile.of(Edition.PROPERTIES, text).with(overrides.keySet());
        // Camel ranks them only once it is initialized, which is after this.
        return new SettingsReader(
                file, key -> Optional.ofNullable(overrides.get(key)).or(() -> value(context, key)), secrets);
    }

    /**
     * The settings of this directory, for a command that needs only some of them: what else is wrong with the properties, or
     * is not set where the command is run, does not matter and has its default.
     *
     * @param areas what the keys begin with that it needs, such as {@code jobrelay.ledger.}
     * @throws InvalidSettingsException if some of those are wrong
     */
    public static Settings settings(String... areas) {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            Edition edition = Edition.read();
            new EditedFiles(edition).serve(context);
            context.build();
            SettingsReader.Reading reading = settings(context, edition.properties(), Map.of(), new Secrets())
                    .reading();
            List<Problem> problems = reading.problems().stream()
                    .filter(problem -> Stream.of(areas).anyMatch(problem.message()::startsWith))
                    .toList();
            if (!problems.isEmpty()) {
                throw new InvalidSettingsException(problems);
            }
            return reading.settings();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The value of a property with all that it takes from elsewhere. */
    static Optional<String> value(CamelContext context, String key) {
        return context.getPropertiesComponent()
                .resolveProperty(key)
                .map(value -> context.resolvePropertyPlaceholders(value));
    }

    /** What is wrong, without secrets. */
    static RuntimeException cause(Exception e, Secrets secrets) {
        Throwable deepest = e;
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidSettingsException
                    || cause instanceof PortInUseException
                    || cause instanceof LedgerException) {
                return (RuntimeException) cause;
            }
            deepest = cause;
        }
        return new IllegalStateException("cannot start: " + secrets.mask(String.valueOf(deepest.getMessage())), e);
    }

    /** True once Camel has stopped: somebody has told it to behind the back of this. */
    public boolean stopped() {
        return main.getCamelContext().isStopped();
    }

    /** Which edition of the files runs. */
    public Reloads reloads() {
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
    @SuppressWarnings("try") // nobody names them: they are closed once Camel has stopped, the ledger last
    public void close() {
        try (EngineConfiguration closedLast = engine;
                DestinationConfiguration closedBefore = destinations;
                Tracing closedThen = tracing;
                ManagementPort closedFirst = management) {
            if (editing != null) {
                editing.close();
            }
            main.stop();
        }
    }

    /** What its properties say, as they are now. */
    public Settings settings() {
        return requireNonNull(settings, "not started");
    }
}
