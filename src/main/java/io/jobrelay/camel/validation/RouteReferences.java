package io.jobrelay.camel.validation;

import io.jobrelay.settings.NearestName;
import io.jobrelay.settings.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

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

    /**
     * @param documents by file, in the order in which an id belongs to the first
     */
    public RouteReferences(Map<String, YamlNode> documents) {
        documents.forEach((file, document) -> {
            for (YamlNode item : document.items()) {
                item.member("route").ifPresent(route -> give(route, "id", file));
                item.member("templatedRoute").ifPresent(route -> give(route, "routeId", file));
                item.member("routeConfiguration").ifPresent(policy -> policies.add(policy.text("id")));
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
        document.ofItems("templatedRoute").forEach(route -> checkId(file, route, "routeId", problems));
        document.ofItems("beans")
                .flatMap(beans -> beans.items().stream())
                .forEach(bean -> checkBatch(file, bean, problems));
        document.ofItems("routeTemplate")
                .flatMap(template -> template.member("route").stream())
                .forEach(route -> checkPolicy(file, route, problems));
        checkTargets(file, document, problems);
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
        String pages = bean.text("name") + "-pages";
        bean.member("properties")
                .flatMap(properties -> properties.member("batch"))
                .filter(batch -> !routes.containsKey(pages))
                .ifPresent(batch -> problems.add(new Problem(
                        file,
                        batch.line(),
                        "%s: no route has this id%s"
                                .formatted(DIRECT + pages, NearestName.hint(pages, routes.keySet())))));
    }

    private void checkTargets(String file, YamlNode node, List<Problem> problems) {
        node.items().forEach(item -> checkTargets(file, item, problems));
        node.members().forEach((name, member) -> {
            String uri = member.text("uri").isEmpty() ? member.text() : member.text("uri");
            if (SENDING.contains(name)
                    && uri.startsWith(DIRECT)
                    && !VARIABLE.matcher(uri).matches()
                    && !routes.containsKey(target(uri))) {
                problems.add(new Problem(
                        file,
                        member.line(),
                        "%s: no route has this id%s".formatted(uri, NearestName.hint(target(uri), routes.keySet()))));
            }
            if (!FREE_FORM.contains(name)) {
                checkTargets(file, member, problems);
            }
        });
    }

    private static String target(String uri) {
        return uri.substring(DIRECT.length()).replaceFirst("\\?.*", "");
    }
}
