package io.jobrelay.routes;

import io.jobrelay.camel.validation.RouteReferences;
import io.jobrelay.camel.validation.YamlNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.util.SensitiveUtils;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/**
 * What the route files and {@code application.properties} of a directory owe their reader. Files are judged together:
 * ids are unique and references resolve across all of them. Every problem is one line, {@code file:line: rule}.
 */
final class RouteConventions {
    static final Pattern KEBAB_CASE = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

    private static final Pattern PROPERTY_NAME = Pattern.compile("jobrelay(\\.[a-z0-9]+(-[a-z0-9]+)*)+");
    private static final Pattern SECRET_LIKE = Pattern.compile(
            ".*(secret|token|password|passphrase|credential|signature|(access|api|private|shared|signing|hmac)-?key).*");
    /** {@code {{key}}}, {@code {{?key}}}, {@code {{!key}}} and {@code {{key:default}}}. */
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\s*[?!]?([^}:]+?)\\s*(:[^}]*)?}}");
    /** {@code {{env:NAME}}} and the vaults: what stands before the colon is a function, not a key. */
    private static final Set<String> FUNCTIONS = Set.of(
            "env",
            "sys",
            "service",
            "service.host",
            "service.port",
            "bean",
            "aws",
            "gcp",
            "azure",
            "hashicorp",
            "configmap",
            "secret");
    /** The contract's name, which Camel does not mask: Jobrelay reads it itself, no route may resolve it. */
    private static final String UNMASKED = "security-token";

    private final Path root;
    private final Map<Path, YamlNode> files = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    private RouteConventions(Path root) {
        this.root = root;
    }

    /** The route files under a directory, in the order of their names. */
    static List<Path> routeFiles(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            return paths.filter(path -> path.toString().endsWith(".camel.yaml"))
                    .sorted()
                    .toList();
        }
    }

    /** All problems of these files under {@code root}; empty if there are none. */
    static List<String> problems(Path root, List<Path> routeFiles, Path propertyFile) throws IOException {
        RouteConventions conventions = new RouteConventions(root);
        Set<String> keys = conventions.checkProperties(propertyFile);
        for (Path file : routeFiles) {
            conventions.read(file, keys);
        }
        Map<String, YamlNode> documents = new LinkedHashMap<>();
        Map<String, Integer> uses = new HashMap<>();
        conventions.files.forEach((file, document) -> {
            documents.put(root.relativize(file).toString(), document);
            RouteFileCheck.countIds(document, uses);
        });
        RouteReferences references = new RouteReferences(documents, List.of(), text -> text);
        documents.forEach((file, document) ->
                conventions.problems.addAll(new RouteFileCheck(file, document, references, uses).problems()));
        return List.copyOf(conventions.problems);
    }

    private void read(Path file, Set<String> keys) throws IOException {
        String text = Files.readString(file);
        try {
            YamlNode document = YamlNode.parse(text);
            files.put(file, document);
            checkPlaceholders(file, text, keys, document);
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            problem(file, line, "not YAML: " + e.getProblem());
        }
    }

    private void checkPlaceholders(Path file, String text, Set<String> keys, YamlNode document) {
        Set<String> known = new TreeSet<>(keys);
        known.addAll(templateNames(document));
        List<String> lines = text.lines().toList();
        for (int line = 1; line <= lines.size(); line++) {
            String content = lines.get(line - 1);
            Matcher placeholder = PLACEHOLDER.matcher(content.strip().startsWith("#") ? "" : content);
            while (placeholder.find()) {
                String key = placeholder.group(1);
                if (placeholder.group(2) != null && FUNCTIONS.contains(key)) {
                    continue;
                }
                if (!known.contains(key)) {
                    problem(file, line, "{{%s}}: the key is not in application.properties".formatted(key));
                }
                if (lastSegment(key).equals(UNMASKED)) {
                    problem(file, line, "{{%s}}: Camel would log its value; sign with a processor".formatted(key));
                }
            }
        }
    }

    /** The parameters and beans that a document's templates declare, which its placeholders may use like keys. */
    private static Set<String> templateNames(YamlNode document) {
        Set<String> names = new TreeSet<>();
        for (YamlNode item : document.items()) {
            for (String member : List.of("parameters", "beans")) {
                item.member("routeTemplate").flatMap(template -> template.member(member)).map(YamlNode::items).stream()
                        .flatMap(List::stream)
                        .forEach(declared -> names.add(declared.text("name")));
            }
        }
        return names;
    }

    private Set<String> checkProperties(Path file) throws IOException {
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        Set<String> keys = new TreeSet<>(properties.stringPropertyNames());
        List<String> lines = Files.readAllLines(file);
        for (String key : keys) {
            if (key.startsWith("jobrelay.")) {
                int line = 1
                        + lines.indexOf(lines.stream()
                                .filter(content -> content.strip().startsWith(key))
                                .findFirst()
                                .orElse(""));
                checkProperty(file, line, key, properties.getProperty(key));
            }
        }
        return keys;
    }

    private void checkProperty(Path file, int line, String key, String value) {
        String name = lastSegment(key);
        if (!PROPERTY_NAME.matcher(key).matches()) {
            problem(file, line, key + ": property names are kebab-case");
        }
        if (SECRET_LIKE.matcher(name.toLowerCase(Locale.ROOT)).matches()) {
            if (!SensitiveUtils.containsSensitive(name) && !name.equals(UNMASKED)) {
                problem(
                        file,
                        line,
                        key + ": looks like a secret, but Camel masks no name that ends like this;"
                                + " end it in secret, secret-key, access-key, api-key, token, access-token, password or private-key");
            }
            if (!value.isEmpty() && !value.startsWith("{{")) {
                problem(file, line, key + ": a secret's value is {{env:...}}");
            }
        }
    }

    private void problem(Path file, int line, String rule) {
        problems.add("%s:%d: %s".formatted(root.relativize(file), line, rule));
    }

    private static String lastSegment(String key) {
        return key.substring(key.lastIndexOf('.') + 1);
    }
}
