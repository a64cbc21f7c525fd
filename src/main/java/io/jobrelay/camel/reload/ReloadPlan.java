package io.jobrelay.camel.reload;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;

import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.camel.validation.RouteFile;
import io.jobrelay.camel.validation.YamlNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.PropertiesComponent;

/**
 * Which route files have to be built anew for an edit: those that were edited, and those whose routes were built with
 * something that is another now: a mapping, a property, a policy, a template, a bean. A route too many costs a moment; one
 * too few would go on with what is no longer there.
 */
final class ReloadPlan {
    private final CamelContext context;
    private final ConfigSnapshot before;
    private final ConfigSnapshot after;
    private final Set<String> files;
    private final Map<String, List<RouteFile>> versions;

    private ReloadPlan(CamelContext context, ConfigSnapshot before, ConfigSnapshot after) {
        this.context = context;
        this.before = before;
        this.after = after;
        this.files = before.differences(after).stream()
                .filter(ConfigSnapshot::isRoute)
                .collect(toCollection(TreeSet::new));
        this.versions = Stream.of(before, after)
                .flatMap(snapshot -> RouteFile.all(snapshot).stream())
                .collect(groupingBy(file -> file.path().toString()));
    }

    /**
     * Finds them.
     *
     * @param context resolves placeholders
     * @param keys the properties that have changed
     * @param beans the names of beans that are bound anew
     * @param outboxes the destinations that are opened anew
     */
    static Set<String> files(
            CamelContext context,
            ConfigSnapshot before,
            ConfigSnapshot after,
            Set<String> keys,
            Set<String> beans,
            Set<String> outboxes) {
        ReloadPlan affected = new ReloadPlan(context, before, after);
        Set<String> mappings = before.differences(after).stream()
                .filter(ConfigSnapshot::isMapping)
                .collect(toSet());
        List<Pattern> placeholders = keys.stream()
                .map(key -> Pattern.compile("\\{\\{[?!]?\\s*" + Pattern.quote(key) + "\\s*[:}]"))
                .toList();
        affected.versions.keySet().forEach(file -> {
            if (affected.maps(file, mappings)
                    || affected.texts(file)
                            .anyMatch(text -> placeholders.stream()
                                    .anyMatch(placeholder ->
                                            placeholder.matcher(text).find()))
                    || affected.names(file, beans)
                    || affected.reads(file, outboxes)) {
                affected.files.add(file);
            }
        });
        affected.follow();
        return affected.files;
    }

    /** What names a policy, a template or a bean of an affected file is affected as well. */
    private void follow() {
        int size;
        do {
            size = files.size();
            Set<String> given = files.stream()
                    .flatMap(file -> versions.getOrDefault(file, List.of()).stream())
                    .flatMap(file -> Stream.of(file.policies(), file.templates(), file.beans())
                            .flatMap(List::stream))
                    .collect(toSet());
            // A policy without an id is everybody's.
            versions.keySet().stream()
                    .filter(file -> given.contains("") || names(file, given))
                    .forEach(files::add);
        } while (files.size() > size);
    }

    private Stream<String> texts(String file) {
        return Stream.of(before, after).flatMap(snapshot -> snapshot.text(file).stream());
    }

    private boolean maps(String file, Set<String> mappings) {
        return !mappings.isEmpty()
                && documents(file)
                        .flatMap(this::resolved)
                        .anyMatch(text -> mappings.stream().anyMatch(text::contains));
    }

    /** The texts of a file, and of the templates that it makes routes of, with values for their placeholders. */
    private Stream<String> resolved(YamlNode document) {
        return Stream.concat(
                resolved(document, new Properties()),
                document.ofItems("templatedRoute")
                        .flatMap(route -> versions.values().stream()
                                .flatMap(List::stream)
                                .flatMap(file -> file.members("routeTemplate"))
                                .filter(template -> template.text("id").equals(route.text("routeTemplateRef")))
                                .flatMap(template -> resolved(template, parameters(template, route)))));
    }

    private Stream<String> resolved(YamlNode node, Properties parameters) {
        PropertiesComponent properties = context.getPropertiesComponent();
        properties.setLocalProperties(parameters);
        try {
            return node.texts().map(YamlNode::text).map(this::resolved).toList().stream();
        } finally {
            properties.setLocalProperties(null);
        }
    }

    private String resolved(String text) {
        try {
            return context.resolvePropertyPlaceholders(text);
        } catch (IllegalArgumentException e) {
            // No value, so no route: in a template, one for its parameters.
            return text;
        }
    }

    private static Properties parameters(YamlNode template, YamlNode route) {
        Properties parameters = new Properties();
        parameters(template)
                .forEach(parameter -> parameter
                        .member("defaultValue")
                        .ifPresent(value -> parameters.put(parameter.text("name"), value.text())));
        parameters(route).forEach(parameter -> parameters.put(parameter.text("name"), parameter.text("value")));
        return parameters;
    }

    private static Stream<YamlNode> parameters(YamlNode node) {
        return node.member("parameters").stream().flatMap(parameters -> parameters.items().stream());
    }

    private boolean names(String file, Set<String> names) {
        return !names.isEmpty()
                && documents(file).flatMap(YamlNode::texts).map(YamlNode::name).anyMatch(names::contains);
    }

    private boolean reads(String file, Set<String> outboxes) {
        return documents(file)
                .flatMap(document -> document.ofItems("route"))
                .flatMap(route -> route.member("from").stream())
                .map(from -> from.text("uri").replaceFirst("\\?.*", ""))
                .anyMatch(uri -> uri.startsWith("outbox:") && outboxes.contains(uri.substring("outbox:".length())));
    }

    private Stream<YamlNode> documents(String file) {
        return versions.getOrDefault(file, List.of()).stream().flatMap(version -> version.document().stream());
    }

    /** The path as a snapshot has it, of where Camel says that a route came from. */
    static String file(String location) {
        Path path = Path.of(location.replaceFirst("^file:(//)?", "")).normalize();
        return (path.isAbsolute() ? Path.of("").toAbsolutePath().relativize(path) : path).toString();
    }
}
