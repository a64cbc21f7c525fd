package io.jobrelay.camel;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toMap;

import io.jobrelay.account.Account;
import io.jobrelay.account.Signing;
import io.jobrelay.job.JobRecord;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.UnreadableReply;
import io.jobrelay.settings.Destination;
import io.jobrelay.settings.Problem;
import io.jobrelay.settings.Settings;
import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.settings.SettingsReader;
import io.jobrelay.watch.Watch;
import io.jobrelay.watch.WatchReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.main.Main;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/**
 * The line of the working directory, tried in a Camel context that is thrown away: every bean that a route may name is
 * there, and nothing else happens. Nothing is written but in a temporary directory, no port is opened, nobody is asked; a
 * watch can be polled against a reply that is given.
 *
 * <p>A file is built on top of those before it, so that a route that names another file's bean finds it.
 */
public final class RouteTrial implements AutoCloseable {
    private static final Path ROUTES = Path.of("routes");
    private static final List<Path> CALLED = List.of(Path.of("routes", "providers"), Path.of("routes", "signing"));
    private static final String PROVIDER_CLIENT = "provider-client";
    private static final URI NOWHERE = URI.create("https://provider.invalid");
    private static final double UNBOUNDED = 1_000_000;

    private final ReplayClient replay = new ReplayClient();
    private final RouteSchema schema = new RouteSchema();
    private final Map<Path, YamlNode> documents = new LinkedHashMap<>();
    private final Set<Path> unbuilt = new TreeSet<>();
    private final RouteReferences references;
    private final Path directory;
    private final Main main;
    private final SettingsReader.Reading settings;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final ProviderBeans providers;

    /**
     * Sets the line up, with defaults for settings that are wrong.
     *
     * @throws IllegalStateException if there are no routes here, or Camel refuses its own settings
     */
    public RouteTrial(Clock clock) {
        Relay.requireRoutes();
        references = new RouteReferences(parse());
        main = start();
        open.push(main::stop);
        try {
            directory = Files.createTempDirectory("jobrelay-check");
            open.push(() -> delete(directory));
            CamelContext context = main.getCamelContext();
            settings = Relay.settings(context, Map.of()).reading();
            Settings detached = detached(settings.settings());
            providers = new ProviderBeans(context, detached, clock);
            // Bound again it would stand beside the real one, and Camel would take the first.
            context.getRegistry().unbind(PROVIDER_CLIENT);
            context.getRegistry().bind(PROVIDER_CLIENT, replay);
            open.push(new EngineBeans(context, detached, providers, clock, change -> {}));
            open.push(new DestinationBeans(context, detached, clock));
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static Main start() {
        Main main = new Main();
        main.setPropertyPlaceholderLocations("file:" + Relay.PROPERTIES + ";optional=true");
        main.configure().withRoutesIncludePattern("false");
        main.addOverrideProperty("camel.main.auto-startup", "false");
        main.addOverrideProperty("camel.main.jmx-enabled", "false");
        main.addOverrideProperty(Relay.MANAGEMENT, "false");
        try {
            main.start();
            return main;
        } catch (Exception e) {
            main.stop();
            throw Relay.cause(e);
        }
    }

    /** Same names, same parameters, and no way out. */
    private Settings detached(Settings settings) {
        return new Settings(
                settings.instance(),
                settings.watches(),
                new LedgerSettings("jdbc:sqlite:" + directory.resolve("ledger.db")),
                settings.poll(),
                settings.delivery(),
                settings.retention(),
                settings.accounts().values().stream()
                        .map(RouteTrial::anonymous)
                        .collect(toMap(Account::name, identity())),
                settings.destinations().values().stream()
                        .map(RouteTrial::switchedOff)
                        .collect(toMap(Destination::name, identity())));
    }

    private static Account anonymous(Account account) {
        return new Account(account.name(), NOWHERE, Signing.NONE, null, null, UNBOUNDED, null);
    }

    private static Destination switchedOff(Destination destination) {
        return new Destination(
                destination.name(),
                false,
                null,
                List.of(),
                false,
                destination.queue(),
                destination.brokerUrl(),
                OptionalInt.empty());
    }

    private Map<String, YamlNode> parse() {
        Map<String, YamlNode> parsed = new LinkedHashMap<>();
        for (Path file : filesBelow(ROUTES, ".camel.yaml")) {
            try {
                YamlNode document = YamlNode.parse(Files.readString(file));
                documents.put(file, document);
                parsed.put(file.toString(), document);
            } catch (MarkedYamlEngineException | IllegalArgumentException e) {
                unbuilt.add(file); // problems(file) says why
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return parsed;
    }

    /** The files below a directory whose names end so, in order; none if it is not there. */
    public static List<Path> filesBelow(Path directory, String ending) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The route files, policies last: a wrong policy would otherwise be blamed on the routes that follow it. */
    public List<Path> files() {
        return filesBelow(ROUTES, ".camel.yaml").stream()
                .sorted(Comparator.comparing(file -> isPolicy(documents.get(file))))
                .toList();
    }

    private static boolean isPolicy(@Nullable YamlNode document) {
        return document != null && !policies(document).isEmpty();
    }

    private static List<String> policies(YamlNode document) {
        return document.items().stream()
                .flatMap(item -> item.member("routeConfiguration").stream())
                .map(policy -> policy.text("id"))
                .toList();
    }

    /** What is wrong with a route file: its YAML, its form, what it refers to, and what Camel cannot build of it. */
    public List<Problem> problems(Path file) {
        String name = file.toString();
        YamlNode document;
        try {
            document = YamlNode.parse(Files.readString(file));
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            return List.of(new Problem(name, line, "not YAML: " + e.getProblem()));
        } catch (IllegalArgumentException e) {
            return List.of(new Problem(name, 0, String.valueOf(e.getMessage())));
        } catch (IOException e) {
            return List.of(new Problem(name, 0, "cannot be read: " + e));
        }
        List<Problem> problems = new ArrayList<>(schema.problems(name, document));
        problems.addAll(references.problems(name, document));
        if (problems.isEmpty()) {
            problems.addAll(build(file, document));
        }
        if (!problems.isEmpty()) {
            unbuilt.add(file);
        }
        return problems;
    }

    private List<Problem> build(Path file, YamlNode document) {
        CamelContext context = main.getCamelContext();
        try {
            load("file:" + file);
            for (String policy : policies(document)) {
                PluginHelper.getRoutesLoader(context)
                        .loadRoutes(ResourceHelper.fromString("try-policy.camel.yaml", """
                        - route:
                            id: try-%1$s
                            routeConfigurationId: %1$s
                            from:
                              uri: direct:try-%1$s
                              steps:
                                - stop: {}
                        """.formatted(policy)));
            }
            return List.of();
        } catch (Exception e) {
            RouteFailure failure = new RouteFailure(e);
            return List.of(new Problem(file.toString(), failure.line(document), failure.message()));
        }
    }

    private void load(String resource) throws Exception {
        CamelContext context = main.getCamelContext();
        PluginHelper.getRoutesLoader(context)
                .loadRoutes(PluginHelper.getResourceLoader(context).resolveResource(resource));
    }

    /** What is wrong with the settings. */
    public List<Problem> settingsProblems() {
        return settings.problems();
    }

    /** The settings, with defaults where they are wrong. */
    public Settings settings() {
        return settings.settings();
    }

    /** Reads watches of the APIs whose routes were built; keys of accounts are not asked for. */
    public WatchReader watchReader() {
        return providers.watchReader();
    }

    /** True if the route of the API was built, and all that it may call. */
    public boolean canPoll(String api) {
        return providers.apis().containsKey(api)
                && unbuilt.stream().noneMatch(file -> CALLED.stream().anyMatch(file::startsWith));
    }

    /**
     * Polls the watch as its provider would answer it.
     *
     * @throws PollFailedException if that answer brings no records
     */
    public List<JobRecord> poll(Watch watch, UnreadableReply reply) {
        replay.answer(reply);
        startDirectRoutes();
        return providers.poll(watch);
    }

    private void startDirectRoutes() {
        CamelContext context = main.getCamelContext();
        try {
            for (Route route : context.getRoutes()) {
                boolean stopped = !context.getRouteController()
                        .getRouteStatus(route.getRouteId())
                        .isStarted();
                if (stopped && route.getEndpoint().getEndpointUri().startsWith("direct:")) {
                    context.getRouteController().startRoute(route.getRouteId());
                }
            }
        } catch (Exception e) {
            throw Relay.cause(e);
        }
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("cannot close the trial: " + e, e);
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
