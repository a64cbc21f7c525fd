package io.jobrelay.routes;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What route files may refer to, and how often each id was given. */
record RouteReferences(Set<String> routes, Set<String> configurations, Map<String, Integer> uses) {
    static RouteReferences of(Collection<YamlNode> documents) {
        RouteReferences references = new RouteReferences(new TreeSet<>(), new TreeSet<>(), new HashMap<>());
        for (YamlNode document : documents) {
            for (YamlNode item : document.items()) {
                item.member("route").ifPresent(route -> references.routes.add(route.text("id")));
                item.member("templatedRoute").ifPresent(route -> {
                    references.routes.add(route.text("routeId"));
                    references.uses.merge(route.text("routeId"), 1, Integer::sum);
                });
                item.member("routeConfiguration")
                        .ifPresent(configuration -> references.configurations.add(configuration.text("id")));
            }
            references.countIds(document);
        }
        return references;
    }

    /** The names that a document's templates declare, which its placeholders may use like keys. */
    static Set<String> templateParameters(YamlNode document) {
        Set<String> names = new TreeSet<>();
        for (YamlNode item : document.items()) {
            List<YamlNode> parameters = item.member("routeTemplate")
                    .flatMap(template -> template.member("parameters"))
                    .map(YamlNode::items)
                    .orElse(List.of());
            parameters.forEach(parameter -> names.add(parameter.text("name")));
        }
        return names;
    }

    private void countIds(YamlNode node) {
        node.items().forEach(this::countIds);
        node.members().forEach((name, member) -> {
            if (name.equals("id")) {
                uses.merge(member.text(), 1, Integer::sum);
            } else if (!RouteFileCheck.FREE_FORM.contains(name)) {
                countIds(member);
            }
        });
    }
}
