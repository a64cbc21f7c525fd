package io.jobrelay.routes;

import io.jobrelay.camel.validation.RouteReferences;
import io.jobrelay.camel.validation.RouteSchema;
import io.jobrelay.camel.validation.YamlNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The conventions that a single route file is held to: Camel's schema, the canonical form, ids and descriptions. */
final class RouteFileCheck {
    private static final RouteSchema SCHEMA = new RouteSchema();
    private static final Set<String> TOP_LEVEL =
            Set.of("route", "routeConfiguration", "routeTemplate", "templatedRoute", "beans");
    private static final Set<String> LANGUAGES = Set.of(
            "constant",
            "csimple",
            "exchangeProperty",
            "groovy",
            "header",
            "java",
            "jq",
            "jsonpath",
            "language",
            "method",
            "simple",
            "tokenize",
            "variable",
            "xpath",
            "xtokenize");
    /** Where Camel's own form has an expression without the word. */
    private static final Set<String> EXPRESSION_HOLDERS = Set.of(
            "expression",
            "correlationExpression",
            "completionPredicate",
            "completionSizeExpression",
            "completionTimeoutExpression",
            "handled",
            "continued",
            "onWhen",
            "retryWhile");

    private static final Set<String> SENDING = Set.of("to", "toD", "wireTap", "poll");
    private static final Set<String> STAYS_INSIDE = Set.of(
            "direct",
            "seda",
            "watches",
            "log",
            "bean",
            "class",
            "language",
            "dataformat",
            "validator",
            "json-validator");

    private final String file;
    private final YamlNode document;
    private final RouteReferences references;
    private final Map<String, Integer> uses;
    private final List<String> problems = new ArrayList<>();

    /**
     * @param uses how often each id is given in all files
     */
    RouteFileCheck(String file, YamlNode document, RouteReferences references, Map<String, Integer> uses) {
        this.file = file;
        this.document = document;
        this.references = references;
        this.uses = uses;
    }

    List<String> problems() {
        SCHEMA.problems(file, document).forEach(problem -> problems.add(problem.toString()));
        references.problems(file, document).forEach(problem -> problems.add(problem.toString()));
        for (YamlNode item : document.items()) {
            checkItem(item);
        }
        checkFileName();
        walk("", document);
        return problems;
    }

    /** Counts the ids of a document. */
    static void countIds(YamlNode node, Map<String, Integer> uses) {
        node.items().forEach(item -> countIds(item, uses));
        node.members().forEach((name, member) -> {
            if (name.equals("id") || name.equals("routeId")) {
                uses.merge(member.text(), 1, Integer::sum);
            } else if (!RouteReferences.FREE_FORM.contains(name)) {
                countIds(member, uses);
            }
        });
    }

    private void checkItem(YamlNode item) {
        Set<String> names = item.members().keySet();
        if (names.size() != 1 || !TOP_LEVEL.containsAll(names)) {
            problem(
                    item,
                    "a file's items are route, routeConfiguration, routeTemplate, templatedRoute or beans, was "
                            + String.join(", ", names));
        }
        item.member("route").ifPresent(route -> {
            checkIdAndDescription("route", route);
            checkPolicy(route);
            checkEntry(route);
        });
        item.member("routeConfiguration")
                .ifPresent(configuration -> checkIdAndDescription("routeConfiguration", configuration));
        item.member("routeTemplate").ifPresent(template -> {
            checkIdAndDescription("routeTemplate", template);
            checkPolicy(template.member("route").orElse(template));
        });
        item.member("templatedRoute")
                .filter(route -> route.text("routeId").isEmpty())
                .ifPresent(route -> problem(route, "templatedRoute: routeId is missing"));
    }

    private void checkIdAndDescription(String what, YamlNode node) {
        if (node.text("id").isEmpty()) {
            problem(node, what + ": id is missing");
        }
        if (!node.text("description").endsWith(".")) {
            problem(node, what + ": description is a sentence with a full stop");
        }
    }

    private void checkPolicy(YamlNode route) {
        String configuration = route.text("routeConfigurationId");
        if (configuration.isEmpty() && route.member("errorHandler").isEmpty()) {
            problem(route, "route: names its policy, by routeConfigurationId or errorHandler");
        }
    }

    private void checkEntry(YamlNode route) {
        String uri = route.member("from").map(from -> from.text("uri")).orElse("");
        if (uri.startsWith("direct:") && !uri.equals("direct:" + route.text("id"))) {
            problem(route, uri + ": a direct endpoint is named like its route");
        }
    }

    private void checkFileName() {
        String name = file.substring(file.lastIndexOf('/') + 1).replace(".camel.yaml", "");
        for (YamlNode item : document.items()) {
            for (Map.Entry<String, YamlNode> member : item.members().entrySet()) {
                String id = member.getValue().text(member.getKey().equals("templatedRoute") ? "routeId" : "id");
                if (!id.isEmpty()) {
                    if (!id.equals(name)) {
                        problem(member.getValue(), "the file is named like its first id, was " + id);
                    }
                    return;
                }
            }
        }
    }

    private void walk(String parent, YamlNode node) {
        node.items().forEach(item -> walk(parent, item));
        node.members().forEach((name, member) -> {
            checkId(name, member);
            checkStep(name, member);
            checkExpression(parent, name, member);
            if (name.equals("uri")) {
                checkUri(member);
            }
            if (name.equals("onException") && !parent.equals(name) && !file.contains("policies/")) {
                problem(member, "onException: belongs into routes/policies");
            }
            if (!RouteReferences.FREE_FORM.contains(name)) {
                walk(name, member);
            }
        });
    }

    private void checkId(String name, YamlNode id) {
        if (!name.equals("id") && !name.equals("routeId")) {
            return;
        }
        if (!RouteConventions.KEBAB_CASE.matcher(id.text()).matches()) {
            problem(id, "ids are kebab-case, was " + id.text());
        }
        if (uses.getOrDefault(id.text(), 0) > 1) {
            problem(id, "ids are given once, was given again: " + id.text());
        }
    }

    private void checkStep(String name, YamlNode step) {
        if (name.equals("log") && step.text("message").isEmpty()) {
            problem(step, "log: is an object with message");
        }
        if (!SENDING.contains(name)) {
            return;
        }
        String uri = step.text("uri");
        if (uri.isEmpty()) {
            problem(step, name + ": is an object with uri");
        } else if (!STAYS_INSIDE.contains(uri.replaceFirst(":.*", ""))) {
            if (step.text("id").isEmpty()) {
                problem(step, name + ": leaves the process, but has no id");
            }
            if (step.text("description").isEmpty()) {
                problem(step, name + ": leaves the process, but has no description");
            }
        }
    }

    private void checkUri(YamlNode uri) {
        if (uri.text().contains("?")) {
            problem(uri, "uri: options stand under parameters, was " + uri.text());
        }
    }

    private void checkExpression(String parent, String name, YamlNode expression) {
        if (!LANGUAGES.contains(name) || parent.equals("bean") || LANGUAGES.contains(parent)) {
            return;
        }
        if (!EXPRESSION_HOLDERS.contains(parent)) {
            problem(expression, name + ": stands under expression");
        }
        if (!expression.isMapping()) {
            problem(expression, name + ": is an object with expression");
        }
    }

    private void problem(YamlNode place, String rule) {
        problems.add("%s:%d: %s".formatted(file, place.line(), rule));
    }
}
