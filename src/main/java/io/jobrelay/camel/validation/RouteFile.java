package io.jobrelay.camel.validation;

import static java.util.stream.Collectors.toSet;

import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.settings.Problem;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A route file as it was when it was read.
 *
 * @param document its YAML; empty where it is none
 * @param problems why it is none; empty where it is
 */
public record RouteFile(Path path, Optional<YamlNode> document, List<Problem> problems) {
    public RouteFile {
        problems = List.copyOf(problems);
    }

    /**
     * The route files of a snapshot: those that are no YAML first, then templates, and policies last, since a wrong one would
     * else be blamed on the routes behind it.
     */
    public static List<RouteFile> all(ConfigSnapshot snapshot) {
        return snapshot.files().stream()
                .filter(ConfigSnapshot::isRoute)
                .map(file -> read(snapshot, file))
                .sorted(Comparator.comparing((RouteFile file) -> file.document().isPresent())
                        .thenComparing(file -> file.templates().isEmpty())
                        .thenComparing(file -> !file.policies().isEmpty()))
                .toList();
    }

    private static RouteFile read(ConfigSnapshot snapshot, String file) {
        Path path = Path.of(file);
        Optional<String> text = snapshot.text(file);
        if (text.isEmpty()) {
            return broken(path, 0, String.valueOf(snapshot.unreadable().get(file)));
        }
        try {
            return new RouteFile(path, Optional.of(YamlNode.parse(text.get())), List.of());
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            return broken(path, line, "not YAML: " + e.getProblem());
        } catch (YamlEngineException | IllegalArgumentException e) {
            return broken(path, 0, String.valueOf(e.getMessage()));
        }
    }

    private static RouteFile broken(Path path, int line, String why) {
        return new RouteFile(path, Optional.empty(), List.of(new Problem(path.toString(), line, why)));
    }

    /** The ids of its error policies. */
    public List<String> policies() {
        return members("routeConfiguration").map(policy -> policy.text("id")).toList();
    }

    /** The ids of its templates. */
    public List<String> templates() {
        return members("routeTemplate").map(template -> template.text("id")).toList();
    }

    /** The names of its beans. */
    public List<String> beans() {
        return beanNodes().map(bean -> bean.text("name")).toList();
    }

    private Stream<YamlNode> beanNodes() {
        return members("beans").flatMap(beans -> beans.items().stream());
    }

    /** The names of the provider APIs that it declares. */
    List<String> apis() {
        return beanNodes()
                .filter(bean -> bean.text("type").endsWith(".ProviderApi"))
                .flatMap(bean -> bean.member("properties").stream())
                .map(properties -> properties.text("name"))
                .toList();
    }

    /** The ids of routes that are made of templates. */
    public List<String> templatedRoutes() {
        return members("templatedRoute").map(route -> route.text("routeId")).toList();
    }

    /** Its path, as a snapshot has it. */
    public String name() {
        return path.toString();
    }

    /** What other files may name of it: policies, templates and beans. */
    public Set<String> gives() {
        return Stream.of(policies(), templates(), beans()).flatMap(List::stream).collect(toSet());
    }

    /** True if it names one of these. A policy without an id is everybody's. */
    public boolean needs(Set<String> names) {
        return names.contains("")
                || document.stream()
                        .flatMap(YamlNode::texts)
                        .map(YamlNode::name)
                        .anyMatch(names::contains);
    }

    /** Its members of that name. */
    public Stream<YamlNode> members(String name) {
        return document.stream().flatMap(yaml -> yaml.ofItems(name));
    }
}
