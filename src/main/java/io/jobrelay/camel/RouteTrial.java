package io.jobrelay.camel;

import io.jobrelay.job.JobRecord;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.UnreadableReply;
import io.jobrelay.settings.Problem;
import io.jobrelay.settings.Settings;
import io.jobrelay.trust.Secrets;
import io.jobrelay.watch.Watch;
import io.jobrelay.watch.WatchReader;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.spi.RoutesLoader;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/**
 * The route files of the working directory, tried on a line that is thrown away. A file is built on top of those before
 * it, so that a route that names another file's bean finds it.
 */
public final class RouteTrial implements AutoCloseable {
    private static final List<Path> CALLED = List.of(Path.of("routes", "providers"), Path.of("routes", "signing"));

    private final RouteSchema schema = new RouteSchema();
    private final Set<Path> unbuilt = new TreeSet<>();
    private final List<RouteFile> files;
    private final RouteReferences references;
    private final DetachedLine line;

    /**
     * Reads the files and sets the line up, with defaults for settings that are wrong.
     *
     * @throws IllegalStateException if there are no routes here, or Camel refuses its own settings
     */
    public RouteTrial(Clock clock) {
        Relay.requireRoutes();
        files = RouteFile.all();
        Map<String, YamlNode> documents = new LinkedHashMap<>();
        files.stream()
                .sorted((one, other) -> one.path().compareTo(other.path()))
                .forEach(file -> file.document()
                        .ifPresent(yaml -> documents.put(file.path().toString(), yaml)));
        references = new RouteReferences(documents);
        line = new DetachedLine(clock);
    }

    /** What is wrong with the route files: their YAML, their form, what they refer to, what Camel cannot build of them. */
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
        return problems;
    }

    private List<Problem> problems(RouteFile file, YamlNode document) {
        String name = file.path().toString();
        List<Problem> problems = new ArrayList<>(schema.problems(name, document));
        problems.addAll(references.problems(name, document));
        if (problems.isEmpty()) {
            problems.addAll(build(file, document));
        }
        return problems;
    }

    private List<Problem> build(RouteFile file, YamlNode document) {
        RoutesLoader loader = PluginHelper.getRoutesLoader(line.context());
        try {
            loader.loadRoutes(PluginHelper.getResourceLoader(line.context()).resolveResource("file:" + file.path()));
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
            return List.of();
        } catch (Exception e) {
            RouteFailure failure = new RouteFailure(e);
            return List.of(new Problem(file.path().toString(), failure.line(document), failure.message()));
        }
    }

    /** What is wrong with the settings. */
    public List<Problem> settingsProblems() {
        return line.settings().problems();
    }

    /** The settings, with defaults where they are wrong. */
    /** The secrets among the properties; what is said of files shows none. */
    public Secrets secrets() {
        return line.secrets();
    }

    public Settings settings() {
        return line.settings().settings();
    }

    /** Reads watches of the APIs whose routes were built; keys of accounts are not asked for. */
    public WatchReader watchReader() {
        return line.providers().watchReader();
    }

    /** True if the route of the API was built, and all that it may call. */
    public boolean canPoll(String api) {
        return line.providers().apis().containsKey(api)
                && unbuilt.stream().noneMatch(file -> CALLED.stream().anyMatch(file::startsWith));
    }

    /**
     * Polls the watch as its provider would answer it.
     *
     * @throws PollFailedException if that answer brings no records
     */
    public List<JobRecord> poll(Watch watch, UnreadableReply reply) {
        return line.poll(watch, reply);
    }

    /** The line that the routes are tried on. */
    DetachedLine line() {
        return line;
    }

    @Override
    public void close() {
        line.close();
    }
}
