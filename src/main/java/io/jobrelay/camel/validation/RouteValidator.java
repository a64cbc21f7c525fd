package io.jobrelay.camel.validation;

import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.camel.config.SnapshotSource;
import io.jobrelay.settings.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.thisptr.jackson.jq.JsonQuery;
import net.thisptr.jackson.jq.Versions;
import net.thisptr.jackson.jq.exception.JsonQueryException;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.spi.RoutesLoader;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/**
 * Builds the route files of a snapshot in a context, one on top of those before it, so that a route that names another file's
 * bean finds it; and says what is wrong with them and with the mappings.
 */
final class RouteValidator {
    private final RouteSchema schema = new RouteSchema();
    private final Set<Path> unbuilt = new TreeSet<>();
    private final Set<String> brokenMappings = new TreeSet<>();
    private final Map<String, Set<String>> reads = new HashMap<>();
    private final CamelContext context;
    private final SnapshotSource source;
    private final List<RouteFile> files;
    private final RouteReferences references;

    RouteValidator(CamelContext context, SnapshotSource source) {
        this.context = context;
        this.source = source;
        files = RouteFile.all(source.snapshot());
        Map<String, YamlNode> documents = new TreeMap<>();
        files.forEach(file -> file.document().ifPresent(yaml -> documents.put(file.name(), yaml)));
        references = new RouteReferences(documents);
    }

    /** The files of routes that could not be built. */
    Set<Path> unbuilt() {
        return unbuilt;
    }

    /** What each route file was built with, see {@link DryRun.Result}. */
    Map<String, Set<String>> reads() {
        return reads;
    }

    List<Problem> problems() {
        List<Problem> problems = new ArrayList<>();
        source.snapshot().files().stream()
                .filter(ConfigSnapshot::isMapping)
                .forEach(file -> problems.addAll(mappingProblems(file)));
        problems.forEach(problem -> brokenMappings.add(problem.file()));
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

    /** Compiles a mapping, as camel-jq does. */
    private List<Problem> mappingProblems(String file) {
        Optional<String> text = source.snapshot().text(file);
        if (text.isEmpty()) {
            return List.of(new Problem(
                    file, 0, String.valueOf(source.snapshot().unreadable().get(file))));
        }
        try {
            JsonQuery.compile(text.get(), Versions.JQ_1_7);
            return List.of();
        } catch (JsonQueryException e) {
            JqFailure failure = JqFailure.of(
                    String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()));
            return List.of(new Problem(file, failure.line(), failure.message()));
        }
    }

    private List<Problem> problems(RouteFile file, YamlNode document) {
        String name = file.name();
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
        RoutesLoader loader = PluginHelper.getRoutesLoader(context);
        Set<String> read = source.note();
        reads.put(file.name(), read);
        Set<Route> before = Set.copyOf(context.getRoutes());
        try {
            loader.loadRoutes(PluginHelper.getResourceLoader(context).resolveResource("file:" + file.path()));
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
            context.getRoutes().stream()
                    .filter(route -> !before.contains(route))
                    .forEach(route ->
                            read.add(route.getEndpoint().getEndpointBaseUri().replace("://", ":")));
            return List.of();
        } catch (Exception e) {
            if (read.stream().anyMatch(brokenMappings::contains)) {
                unbuilt.add(file.path());
                return List.of(); // the mapping is at fault, and is named
            }
            RouteFailure failure = new RouteFailure(e);
            return List.of(new Problem(file.name(), failure.line(document), failure.message()));
        }
    }
}
