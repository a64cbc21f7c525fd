package io.jobrelay.camel;

import io.jobrelay.settings.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/**
 * A route file as it was when it was read.
 *
 * @param document its YAML; empty where it is none
 * @param problems why it is none; empty where it is
 */
public record RouteFile(Path path, Optional<YamlNode> document, List<Problem> problems) {
    private static final Path ROUTES = Path.of("routes");
    private static final String ENDING = ".camel.yaml";

    public RouteFile {
        problems = List.copyOf(problems);
    }

    /** The route files of the working directory, policies last: a wrong policy would else be blamed on the routes behind it. */
    static List<RouteFile> all() {
        return filesBelow(ROUTES, ENDING).stream()
                .map(RouteFile::read)
                .sorted(Comparator.comparing(file -> !file.policies().isEmpty()))
                .toList();
    }

    private static RouteFile read(Path path) {
        try {
            return new RouteFile(path, Optional.of(YamlNode.parse(Files.readString(path))), List.of());
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            return broken(path, line, "not YAML: " + e.getProblem());
        } catch (IllegalArgumentException e) {
            return broken(path, 0, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return broken(path, 0, "cannot be read: " + e);
        }
    }

    private static RouteFile broken(Path path, int line, String why) {
        return new RouteFile(path, Optional.empty(), List.of(new Problem(path.toString(), line, why)));
    }

    /** The ids of its error policies. */
    List<String> policies() {
        return document.stream()
                .flatMap(yaml -> yaml.items().stream())
                .flatMap(item -> item.member("routeConfiguration").stream())
                .map(policy -> policy.text("id"))
                .toList();
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
}
