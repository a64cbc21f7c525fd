package io.jobrelay.camel.validation;

import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.settings.Problem;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
    private static final Pattern INSIDE = Pattern.compile("((?:direct|seda):[^?]*).*");

    public RouteFile {
        problems = List.copyOf(problems);
    }

    /**
     * The route files of a snapshot, templates first, and policies last: a wrong policy would else be blamed on the routes
     * behind it.
     */
    public static List<RouteFile> all(ConfigSnapshot snapshot) {
        return snapshot.files().stream()
                .filter(ConfigSnapshot::isRoute)
                .map(file -> read(snapshot, file))
                .sorted(Comparator.comparing(
                                (RouteFile file) -> file.templates().isEmpty())
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
        return members("beans")
                .flatMap(beans -> beans.items().stream())
                .map(bean -> bean.text("name"))
                .toList();
    }

    /** The ids of routes that are made of templates. */
    public List<String> templatedRoutes() {
        return members("templatedRoute").map(route -> route.text("routeId")).toList();
    }

    /**
     * The endpoints that each of its routes sends to, of those that are routes as well: {@code direct:} and {@code seda:}, without
     * options. The dynamic ones are there as they are written, with their expressions.
     */
    public Map<String, Set<String>> calls() {
        Map<String, Set<String>> calls = new HashMap<>();
        members("route")
                .forEach(route -> calls.put(
                        route.text("id"),
                        route.member("from").stream()
                                .flatMap(from -> from.member("steps").stream())
                                .flatMap(YamlNode::texts)
                                .map(YamlNode::text)
                                .map(INSIDE::matcher)
                                .filter(Matcher::matches)
                                .map(inside -> inside.group(1))
                                .collect(Collectors.toSet())));
        return calls;
    }

    /** Its members of that name. */
    public Stream<YamlNode> members(String name) {
        return document.stream().flatMap(yaml -> yaml.ofItems(name));
    }
}
