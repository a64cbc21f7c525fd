package io.jobrelay.camel.validation;

import io.jobrelay.settings.NearestName;
import io.jobrelay.settings.Problem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What route files say of each other: what one sends to a {@code direct:} or {@code outbox:} endpoint one other reads, a policy
 * and a template are there, an id is given once. Camel itself finds only the last two of these before the first message.
 */
public final class RouteReferences {
    /** Members whose own members are named by a component or a bean, not by the route language. */
    public static final Set<String> FREE_FORM = Set.of("parameters", "properties", "beans", "constructors");

    private static final String DIRECT = "direct:";
    static final String OUTBOX = "outbox:";
    private static final String POLICY = "routeConfigurationId";
    private static final String TEMPLATE = "routeTemplateRef";
    private static final Set<String> SENDING = Set.of("to", "toD", "wireTap", "poll");
    private static final Pattern VARIABLE = Pattern.compile(".*(\\{\\{|\\$\\{).*");
    private static final Pattern READ_BY_ONE = Pattern.compile("(direct|outbox|watches):.*");

    private final UnaryOperator<String> resolved;
    /** Where each route's id is given first. */
    private final Map<String, String> routes = new HashMap<>();
    /** By what a route reads, where the first one does; empty where that is taken for granted. */
    private final Map<String, String> readers = new TreeMap<>();

    /** Where each provider API is declared first. */
    private final Map<String, String> apis = new HashMap<>();

    private final Set<String> policies = new TreeSet<>();
    private final Map<String, YamlNode> templates = new TreeMap<>();
    private final Set<String> granted = new TreeSet<>();
    private final Set<String> sent = new TreeSet<>();

    /**
     * @param documents by file, in the order in which an id belongs to the first
     * @param broken files without a document: taken to have what they are named after, since their own problem is named
     * @param resolved a text with its placeholders resolved, as far as they can be
     */
    public RouteReferences(Map<String, YamlNode> documents, Collection<String> broken, UnaryOperator<String> resolved) {
        this.resolved = resolved;
        broken.forEach(file -> takeForGranted(nameOf(file)));
        documents.values().forEach(document -> {
            document.ofItems("routeConfiguration").forEach(policy -> policies.add(policy.text("id")));
            document.ofItems("routeTemplate").forEach(template -> templates.put(template.text("id"), template));
            sending(document).forEach(step -> sent.add(uri(step)));
        });
        documents.forEach((file, document) -> {
            document.ofItems("route").forEach(route -> give(route, "id", file, from(route)));
            document.ofItems("templatedRoute").forEach(route -> give(route, "routeId", file, fromTemplate(route)));
        });
    }

    /** What a file is named after. */
    static String nameOf(String file) {
        return file.replaceFirst(".*/", "").replaceFirst("\\..*", "");
    }

    private void takeForGranted(String name) {
        granted.add(name);
        policies.add(name);
        readers.put(DIRECT + name, "");
        readers.put(OUTBOX + name, "");
    }

    private void give(YamlNode route, String member, String file, String from) {
        route.member(member).ifPresent(id -> {
            routes.putIfAbsent(id.text(), file + ":" + id.line());
            if (from.isEmpty()) {
                takeForGranted(id.text());
            }
        });
        if (!from.isEmpty()) {
            readers.putIfAbsent(from, file + ":" + fromLine(route));
        }
    }

    /** What a route reads; empty if it does not say. */
    String from(YamlNode route) {
        return route.member("from").map(this::uri).orElse("");
    }

    private static int fromLine(YamlNode route) {
        return uriLine(route.member("from").orElse(route));
    }

    private static int uriLine(YamlNode step) {
        return step.member("uri").orElse(step).line();
    }

    private String fromTemplate(YamlNode route) {
        return Optional.ofNullable(templates.get(route.text(TEMPLATE)))
                .map(template -> filled(template.member("route").map(this::from).orElse(""), route, template))
                .orElse("");
    }

    /** What routes read: {@code outbox:file}. */
    Set<String> readers() {
        return readers.keySet();
    }

    /** True if some step of a route sends there. */
    boolean isSentTo(String uri) {
        return sent.contains(uri);
    }

    /** True if the file of that name, without its ending, or the route of that id cannot be read. */
    boolean isTakenForGranted(String name) {
        return granted.contains(name);
    }

    /** What the file refers to that is not there, and the ids that another route has. */
    public List<Problem> problems(String file, YamlNode document) {
        List<Problem> problems = new ArrayList<>();
        document.ofItems("route").forEach(route -> {
            checkId(file, route, "id", problems);
            checkReader(file, route, from(route), problems);
            checkPolicy(file, route, problems);
        });
        document.ofItems("templatedRoute").forEach(route -> {
            checkId(file, route, "routeId", problems);
            checkReader(file, route, fromTemplate(route), problems);
            checkTemplated(file, route, problems);
        });
        document.ofItems("beans")
                .flatMap(beans -> beans.items().stream())
                .forEach(bean -> checkApi(file, bean, problems));
        document.ofItems("routeTemplate")
                .flatMap(template -> template.member("route").stream())
                .forEach(route -> checkPolicy(file, route, problems));
        for (YamlNode item : document.items()) {
            YamlNode template = item.member("routeTemplate").orElse(item);
            sending(item).forEach(step -> {
                String uri = resolved.apply(filled(uri(step), template, "defaultValue"));
                requireReader(file, uriLine(step), uri, problems);
            });
        }
        return problems;
    }

    private void checkId(String file, YamlNode route, String member, List<Problem> problems) {
        route.member(member).ifPresent(id -> {
            String first = routes.get(id.text());
            if (first != null && !first.equals(file + ":" + id.line())) {
                problems.add(
                        new Problem(file, id.line(), "route: the id %s is that of %s".formatted(id.text(), first)));
            }
        });
    }

    /** Of routes with preconditions one may be there in the place of the other. */
    private void checkReader(String file, YamlNode route, String from, List<Problem> problems) {
        String first = readers.getOrDefault(from, "");
        boolean always = route.member("precondition").isEmpty();
        if (always && READ_BY_ONE.matcher(from).matches() && !first.equals(file + ":" + fromLine(route))) {
            problems.add(new Problem(
                    file, fromLine(route), "%s: %s reads it already; let one route read it".formatted(from, first)));
        }
    }

    private void checkPolicy(String file, YamlNode route, List<Problem> problems) {
        route.member(POLICY).ifPresent(id -> requireName(file, id, POLICY, "routeConfiguration", policies, problems));
    }

    private static void requireName(
            String file, YamlNode name, String member, String what, Set<String> known, List<Problem> problems) {
        if (!known.contains(name.text())) {
            problems.add(new Problem(
                    file,
                    name.line(),
                    "%s: no %s has the id %s%s"
                            .formatted(member, what, name.text(), NearestName.hint(name.text(), known))));
        }
    }

    /** A provider API has a route that polls it, and one with batched polls another that asks for their pages. */
    private void checkApi(String file, YamlNode bean, List<Problem> problems) {
        if (!bean.text("type").endsWith(".ProviderApi")) {
            return;
        }
        YamlNode properties = bean.member("properties").orElse(bean);
        String name = properties.text("name");
        String place = file + ":" + properties.line();
        String first = apis.putIfAbsent(name, place);
        if (name.isEmpty()) {
            problems.add(new Problem(file, properties.line(), "properties: name: required, that of the route"));
        } else if (first != null && !first.equals(place)) {
            problems.add(new Problem(
                    file, properties.line(), "properties: the provider API %s is that of %s".formatted(name, first)));
        } else {
            requireReader(file, properties.line(), DIRECT + name, problems);
            properties
                    .member("batch")
                    .ifPresent(batch -> requireReader(file, batch.line(), DIRECT + name + "-pages", problems));
        }
    }

    /** A route of a template gives parameters that the template has, and may name other routes in them. */
    private void checkTemplated(String file, YamlNode route, List<Problem> problems) {
        route.member(TEMPLATE).filter(id -> !granted.contains(id.text())).ifPresent(id -> {
            requireName(file, id, TEMPLATE, "routeTemplate", templates.keySet(), problems);
            Optional.ofNullable(templates.get(id.text())).ifPresent(template -> {
                Set<String> known = new TreeSet<>();
                parameters(template).forEach(parameter -> known.add(parameter.text("name")));
                parameters(route)
                        .filter(parameter -> !known.contains(parameter.text("name")))
                        .forEach(parameter -> problems.add(new Problem(
                                file,
                                parameter.line(),
                                "parameters: the template %s has no '%s'%s"
                                        .formatted(
                                                id.text(),
                                                parameter.text("name"),
                                                NearestName.hint(parameter.text("name"), known)))));
                sending(template)
                        .map(this::uri)
                        .filter(uri -> !filled(uri, route, "value").equals(uri))
                        .forEach(uri -> requireReader(file, route.line(), filled(uri, route, template), problems));
            });
        });
    }

    private String filled(String uri, YamlNode route, YamlNode template) {
        return resolved.apply(filled(filled(uri, route, "value"), template, "defaultValue"));
    }

    private static String filled(String uri, YamlNode parameterized, String value) {
        String text = uri;
        for (YamlNode parameter : parameters(parameterized).toList()) {
            text = text.replace("{{" + parameter.text("name") + "}}", parameter.text(value));
        }
        return text;
    }

    private static Stream<YamlNode> parameters(YamlNode parameterized) {
        return parameterized.member("parameters").stream().flatMap(parameters -> parameters.items().stream());
    }

    private void requireReader(String file, int line, String uri, List<Problem> problems) {
        boolean within = uri.startsWith(DIRECT) || uri.startsWith(OUTBOX);
        if (!within || VARIABLE.matcher(uri).matches() || readers.containsKey(uri)) {
            return;
        }
        String hint = nearest(uri);
        String otherwise = uri.startsWith(OUTBOX) && hint.isEmpty()
                ? "; put one into routes/destinations/, or take this step out"
                : hint;
        problems.add(new Problem(file, line, "%s: no route reads it%s".formatted(uri, otherwise)));
    }

    /** What was probably meant by a URI that no route reads. */
    String nearest(String uri) {
        String scheme = uri.substring(0, uri.indexOf(':') + 1);
        return NearestName.hint(
                uri.substring(scheme.length()),
                readers.keySet().stream()
                        .filter(known -> known.startsWith(scheme))
                        .map(known -> known.substring(scheme.length()))
                        .toList());
    }

    /** The steps that send somewhere. */
    private static Stream<YamlNode> sending(YamlNode node) {
        return Stream.concat(
                node.items().stream().flatMap(RouteReferences::sending),
                node.members().entrySet().stream()
                        .flatMap(member -> Stream.concat(
                                SENDING.contains(member.getKey()) ? Stream.of(member.getValue()) : Stream.empty(),
                                FREE_FORM.contains(member.getKey()) ? Stream.empty() : sending(member.getValue()))));
    }

    /** Where a step sends to, or what a route reads: scheme and name, without parameters. */
    private String uri(YamlNode step) {
        String written = step.text("uri").isEmpty() ? step.text() : step.text("uri");
        String name = step.member("parameters").map(given -> given.text("name")).orElse("");
        String whole = name.isEmpty() || written.contains(":") ? written : written + ":" + name;
        return resolved.apply(whole).replaceFirst("://", ":").replaceFirst("\\?.*", "");
    }
}
