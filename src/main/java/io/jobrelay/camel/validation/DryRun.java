package io.jobrelay.camel.validation;

import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.settings.Problem;
import io.jobrelay.trust.LogText;
import io.jobrelay.trust.Secrets;
import io.jobrelay.watch.WatchReader;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.thisptr.jackson.jq.JsonQuery;
import net.thisptr.jackson.jq.Versions;
import net.thisptr.jackson.jq.exception.JsonQueryException;
import org.apache.camel.Route;
import org.apache.camel.spi.RoutesLoader;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/**
 * A snapshot of the files, tried on a line that is thrown away. A route file is built on top of those before it, so that a
 * route that names another file's bean finds it. {@code check} tries what is in the working directory, and a running Jobrelay
 * every edit before it takes it in.
 */
public final class DryRun extends OfflineContext {
    private static final List<Path> CALLED =
            List.of(Path.of("routes", "templates"), Path.of("routes", "providers"), Path.of("routes", "signing"));

    private static final Pattern PLACE = Pattern.compile("at line (\\d+), column (\\d+)");

    private final RouteSchema schema = new RouteSchema();
    private final Set<Path> unbuilt = new TreeSet<>();
    private final Map<String, Set<String>> reads = new HashMap<>();
    private final ConfigSnapshot snapshot;
    private final List<RouteFile> files;
    private final RouteReferences references;

    /**
     * Reads the files of the working directory and sets the line up, with defaults for settings that are wrong.
     *
     * @throws IllegalStateException if there are no routes here, or Camel refuses its own settings
     */
    public DryRun(Clock clock) {
        this(ConfigSnapshot.requireRoutes(), Map.of(), new Secrets(), clock);
        LogText.mask(secrets());
    }

    /**
     * Sets the line up for a snapshot, with defaults for settings that are wrong.
     *
     * @param overrides properties that win over those of the snapshot
     * @param secrets learn those among the properties
     * @throws IllegalStateException if Camel refuses its own settings
     */
    DryRun(ConfigSnapshot snapshot, Map<String, String> overrides, Secrets secrets, Clock clock) {
        super(snapshot, overrides, secrets, clock);
        this.snapshot = snapshot;
        files = RouteFile.all(snapshot);
        Map<String, YamlNode> documents = new TreeMap<>();
        files.forEach(file ->
                file.document().ifPresent(yaml -> documents.put(file.path().toString(), yaml)));
        references = new RouteReferences(documents);
    }

    /**
     * What came of a snapshot.
     *
     * @param problems of its properties, routes and mappings, without secrets
     * @param reads by route file: the properties that its routes were built with, by key, the files, and the outboxes that they
     *     read, as {@code outbox:file}
     */
    public record Result(List<Problem> problems, Map<String, Set<String>> reads) {}

    /** Tries a snapshot. */
    public static Result of(ConfigSnapshot snapshot, Map<String, String> overrides, Secrets secrets, Clock clock) {
        try (DryRun trial = new DryRun(snapshot, overrides, secrets, clock)) {
            List<Problem> problems = new ArrayList<>(trial.settingsProblems());
            problems.addAll(trial.problems());
            problems.replaceAll(
                    problem -> new Problem(problem.file(), problem.line(), secrets.mask(problem.message())));
            return new Result(problems, trial.reads);
        } catch (IllegalStateException e) {
            return new Result(
                    List.of(new Problem(ConfigSnapshot.PROPERTIES, 0, String.valueOf(e.getMessage()))), Map.of());
        }
    }

    /**
     * What is wrong with the route files (their YAML, their form, what they refer to, what Camel cannot build of them) and
     * with the mappings.
     */
    public List<Problem> problems() {
        List<Problem> problems = new ArrayList<>();
        for (RouteFile file : files) {
            List<Problem> found =
                    file.document().map(document -> problems(file, document)).orElse(file.problems());
            if (!found.isEmpty()) {
                unbuilt.add(file.path());
            }
            problems.addAll(found);
        }
        snapshot.files().stream()
                .filter(ConfigSnapshot::isMapping)
                .forEach(file -> problems.addAll(mappingProblems(file)));
        return problems;
    }

    /** Compiles a mapping, as camel-jq does. */
    private List<Problem> mappingProblems(String file) {
        Optional<String> text = snapshot.text(file);
        if (text.isEmpty()) {
            return List.of(
                    new Problem(file, 0, String.valueOf(snapshot.unreadable().get(file))));
        }
        try {
            JsonQuery.compile(text.get(), Versions.JQ_1_7);
            return List.of();
        } catch (JsonQueryException e) {
            Matcher place = PLACE.matcher(String.valueOf(e.getCause()));
            return List.of(
                    place.find()
                            ? new Problem(
                                    file,
                                    Integer.parseInt(place.group(1)),
                                    "is not valid jq from column %s on".formatted(place.group(2)))
                            : new Problem(file, 0, "is not valid jq: " + e.getMessage()));
        }
    }

    private List<Problem> problems(RouteFile file, YamlNode document) {
        String name = file.path().toString();
        List<Problem> problems = new ArrayList<>();
        try {
            problems.addAll(schema.problems(name, document));
            problems.addAll(references.problems(name, document));
        } catch (RuntimeException e) {
            // A number that is none, say: YAML has more values than JSON.
            problems.add(new Problem(name, document.line(), "cannot be made out: " + e.getMessage()));
        }
        if (problems.isEmpty()) {
            problems.addAll(build(file, document));
        }
        return problems;
    }

    private List<Problem> build(RouteFile file, YamlNode document) {
        RoutesLoader loader = PluginHelper.getRoutesLoader(context());
        Set<String> read = source().note();
        reads.put(file.path().toString(), read);
        Set<Route> before = Set.copyOf(context().getRoutes());
        try {
            loader.loadRoutes(PluginHelper.getResourceLoader(context()).resolveResource("file:" + file.path()));
            for (String policy : file.policies()) {
                loader.loadRoutes(ResourceHelper.fromString("try-policy.camel.yaml", """
                        - route:
                            id: try-%1$s
                            routeConfigurationId: %1$s
                            from:
                              uri: direct:try-%1$s
                              steps:
                                - stop: {}
                        """.formatted(policy)));
            }
            context().getRoutes().stream()
                    .filter(route -> !before.contains(route))
                    .forEach(route ->
                            read.add(route.getEndpoint().getEndpointBaseUri().replace("://", ":")));
            return List.of();
        } catch (Exception e) {
            RouteFailure failure = new RouteFailure(e);
            return List.of(new Problem(file.path().toString(), failure.line(document), failure.message()));
        }
    }

    /** Reads watches of the APIs whose routes were built; keys of accounts are not asked for. */
    public WatchReader watchReader() {
        return providers().watchReader();
    }

    /** True if the route of the API was built, and all that it may call. */
    public boolean canPoll(String api) {
        return providers().apis().containsKey(api)
                && unbuilt.stream().noneMatch(file -> CALLED.stream().anyMatch(file::startsWith));
    }
}
