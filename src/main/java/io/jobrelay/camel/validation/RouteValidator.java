package io.jobrelay.camel.validation;

import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;

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
import java.util.stream.Stream;
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
        List<String> broken = files.stream()
                .filter(file -> file.document().isEmpty())
                .map(RouteFile::name)
                .toList();
        references = new RouteReferences(documents, broken, this::resolved);
    }

    private String resolved(String text) {
        try {
            return context.resolvePropertyPlaceholders(text);
        } catch (RuntimeException e) {
            return text; // the parameter of a template, or it is said where the route is built
        }
    }

    RouteReferences references() {
        return references;
    }

    List<RouteFile> files() {
        return files;
    }

    /** The files of routes that could not be built. */
    Set<Path> unbuilt() {
        return unbuilt;
    }

    /** The provider APIs of files that could not be built. */
    Set<String> brokenApis() {
        return files.stream()
                .filter(file -> unbuilt.contains(file.path()))
                .flatMap(file -> file.document().isPresent()
                        ? file.apis().stream()
                        : Stream.of(RouteReferences.nameOf(file.name())))
                .collect(toSet());
    }

    /** True if a route file has this in its text, or was built with a property whose key begins so. */
    boolean mention(String text) {
        return files.stream()
                        .flatMap(file -> source.snapshot().text(file.name()).stream())
                        .anyMatch(file -> file.contains(text))
                || reads.values().stream().flatMap(Set::stream).anyMatch(key -> key.startsWith(text));
    }

    /** True for a route whose file was built, and that is not there since its precondition does not hold. */
    boolean isKeptAway(YamlNode route) {
        return route.member("precondition").isPresent() && context.getRoute(route.text("id")) == null;
    }

    /** What each route file was built with, see {@link DryRun.Result}. */
    Map<String, Set<String>> reads() {
        return reads;
    }

    /** The provider APIs whose polls go through one of these files: a provider file, a mapping, a template, a signing route. */
    Set<String> apisThrough(Set<String> changed) {
        boolean signing = changed.stream().anyMatch(file -> file.startsWith("routes/signing/"));
        Set<String> given = files.stream()
                .filter(file -> changed.contains(file.name()))
                .flatMap(file -> file.templates().stream())
                .collect(toSet());
        return files.stream()
                .filter(file -> signing
                        || changed.contains(file.name())
                        || file.needs(given)
                        || reads.getOrDefault(file.name(), Set.of()).stream().anyMatch(changed::contains))
                .flatMap(file -> file.apis().stream())
                .collect(toCollection(TreeSet::new));
    }

    List<Problem> problems() {
        List<Problem> problems = new ArrayList<>();
        source.snapshot().files().stream()
                .filter(ConfigSnapshot::isMapping)
                .forEach(file -> problems.addAll(mappingProblems(file)));
        Set<String> broken = problems.stream().map(Problem::file).collect(toCollection(TreeSet::new));
        for (RouteFile file : files) {
            List<Problem> found = file.document()
                    .map(document -> problems(file, document, broken))
                    .orElse(file.problems());
            if (!found.isEmpty() || unbuilt.contains(file.path())) {
                unbuilt.add(file.path());
                broken.addAll(file.templates());
                broken.addAll(file.beans());
                if (file.document().isEmpty()) {
                    broken.add(RouteReferences.nameOf(file.name()));
                }
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

    /**
     * @param broken mappings, templates and beans whose own problems are named: what fails for these is no further problem
     */
    private List<Problem> problems(RouteFile file, YamlNode document, Set<String> broken) {
        String name = file.name();
        List<Problem> problems = new ArrayList<>();
        source.note(); // what this asks for is not what the file before was built with
        try {
            problems.addAll(schema.problems(name, document));
            problems.addAll(references.problems(name, document));
        } catch (RuntimeException e) {
            // A number that is none, say: YAML has more values than JSON.
            problems.add(new Problem(name, document.line(), "cannot be made out: " + e.getMessage()));
        }
        if (problems.isEmpty()) {
            problems.addAll(build(file, document));
            boolean named = file.needs(broken)
                    || reads.getOrDefault(file.name(), Set.of()).stream().anyMatch(broken::contains);
            if (!problems.isEmpty() && named) {
                unbuilt.add(file.path());
                return List.of();
            }
        }
        return problems;
    }

    /** Camel asks for the beans of a redelivery only when there is one. */
    private List<Problem> unknownBeans(RouteFile file, YamlNode document) {
        List<Problem> problems = new ArrayList<>();
        document.named("onRedeliveryRef")
                .filter(bean -> context.getRegistry().lookupByName(bean.name()) == null)
                .forEach(bean -> problems.add(
                        new Problem(file.name(), bean.line(), "no bean has the name '%s'".formatted(bean.name()))));
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
            List<Route> built = new ArrayList<>(context.getRoutes());
            built.removeAll(before);
            read.addAll(RequiredRoutes.reads(built));
            return unknownBeans(file, document);
        } catch (Exception e) {
            RouteFailure failure = new RouteFailure(e);
            return List.of(new Problem(file.name(), failure.line(document), failure.message()));
        }
    }
}
