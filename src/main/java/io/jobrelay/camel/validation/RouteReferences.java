package io.jobrelay.camel.validation;

import io.jobrelay.settings.NearestName;
import io.jobrelay.settings.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What route files say of each other: a {@code direct:} name is a route's id, a policy is there, an id is given once. Camel
 * itself finds only the last of these before the first message comes along.
 */
public final class RouteReferences {
    /** Members whose own members are named by a component or a bean, not by the route language. */
    public static final Set<String> FREE_FORM = Set.of("parameters", "properties", "beans", "constructors");

    private static final String DIRECT = "direct:";
    private static final String POLICY = "routeConfigurationId";
    private static final Set<String> SENDING = Set.of("to", "toD", "wireTap", "poll");
    private static final Pattern VARIABLE = Pattern.compile(".*(\\{\\{|\\$\\{).*");

    /** Where each route's id is given first. */
    private final Map<String, String> routes = new HashMap<>();

    private final Set<String> policies = new TreeSet<>();
    private final Map<String, YamlNode> templates = new HashMap<>();

    /**
     * @param documents by file, in the order in which an id belongs to the first
     */
    public RouteReferences(Map<String, YamlNode> documents) {
        documents.forEach((file, document) -> {
            for (YamlNode item : document.items()) {
                item.member("route").ifPresent(route -> give(route, "id", file));
                item.member("templatedRoute").ifPresent(route -> give(route, "routeId", file));
                item.member("routeConfiguration").ifPresent(policy -> policies.add(policy.text("id")));
                item.member("routeTemplate").ifPresent(template -> templates.put(template.text("id"), template));
            }
        });
    }

    private void give(YamlNode route, String member, String file) {
        route.member(member).ifPresent(id -> routes.putIfAbsent(id.text(), file + ":" + id.line()));
    }

    /** What the file refers to that is not there, and the ids that another route has. */
    public List<Problem> problems(String file, YamlNode document) {
        List<Problem> problems = new ArrayList<>();
        document.ofItems("route").forEach(route -> {
            checkId(file, route, "id", problems);
            checkPolicy(file, route, problems);
        });
        document.ofItems("templatedRoute").forEach(route -> {
            checkId(file, route, "routeId", problems);
            checkTemplated(file, route, problems);
        });
        document.ofItems("beans")
                .flatMap(beans -> beans.items().stream())
                .forEach(bean -> checkBatch(file, bean, problems));
        document.ofItems("routeTemplate")
                .flatMap(template -> template.member("route").stream())
                .forEach(route -> checkPolicy(file, route, problems));
        sending(document).forEach(step -> requireRoute(file, step, uri(step), problems));
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

    private void checkPolicy(String file, YamlNode route, List<Problem> problems) {
        route.member(POLICY)
                .filter(policy -> !policies.contains(policy.text()))
                .ifPresent(policy -> problems.add(new Problem(
                        file,
                        policy.line(),
                        "%s: no routeConfiguration has the id %s%s"
                                .formatted(POLICY, policy.text(), NearestName.hint(policy.text(), policies)))));
    }

    /** A provider API that has batched polls has a route that asks for their pages. */
    private void checkBatch(String file, YamlNode bean, List<Problem> problems) {
        bean.member("properties")
                .flatMap(properties -> properties.member("batch"))
                .ifPresent(batch -> requireRoute(file, batch, DIRECT + bean.text("name") + "-pages", problems));
    }

    /** A route of a template may name others in its parameters. */
    private void checkTemplated(String file, YamlNode route, List<Problem> problems) {
        Optional.ofNullable(templates.get(route.text("routeTemplateRef")))
                .ifPresent(template -> sending(template)
                        .map(RouteReferences::uri)
                        .forEach(uri -> {
                            String filled = filled(filled(uri, route, "value"), template, "defaultValue");
                            requireRoute(file, route, filled, problems);
                        }));
    }

    private static String filled(String uri, YamlNode parameterized, String value) {
        String text = uri;
        for (YamlNode parameter :
                parameterized.member("parameters").map(YamlNode::items).orElse(List.of())) {
            text = text.replace("{{" + parameter.text("name") + "}}", parameter.text(value));
        }
        return text;
    }

    private void requireRoute(String file, YamlNode place, String uri, List<Problem> problems) {
        String target = uri.replaceFirst("^" + DIRECT, "").replaceFirst("\\?.*", "");
        if (uri.startsWith(DIRECT) && !VARIABLE.matcher(uri).matches() && !routes.containsKey(target)) {
            problems.add(new Problem(
                    file,
                    place.line(),
                    "%s: no route has this id%s".formatted(uri, NearestName.hint(target, routes.keySet()))));
        }
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

    private static String uri(YamlNode step) {
        return step.text("uri").isEmpty() ? step.text() : step.text("uri");
    }
}
