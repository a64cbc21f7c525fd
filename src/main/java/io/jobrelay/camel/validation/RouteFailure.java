package io.jobrelay.camel.validation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What Camel says when it cannot build a route: the innermost cause, in one line, and the place that it is about. */
public final class RouteFailure {
    /** What tells a user of a route file nothing: Java's names for objects, jars, and the route printed once more. */
    private static final Pattern NOISE =
            Pattern.compile("@[0-9a-f]{4,8}\\b|, please check your classpath.*| because of .*| <<< in route.*");

    /** Camel's words, and ours. */
    private static final Map<Pattern, String> REWORDED = Map.of(
            Pattern.compile("Failed to resolve endpoint: (\\S+) due to: .*Unknown parameters=\\[\\{(.*)}]"),
            "$1: the component has no option '$2'",
            Pattern.compile("No endpoint could be found for: (([^:]+):.*)"),
            "$1: there is no component '$2'",
            Pattern.compile("No language could be found for: (.*)"),
            "there is no language '$1'",
            Pattern.compile("No bean could be found in the registry for: (\\S+)(?: of type: .*)?"),
            "no bean has the name '$1'",
            Pattern.compile("Method with name: (\\S+) not found on bean: \\S*?(\\w+)(?:@\\w+)? of type.*"),
            "$2 has no method '$1'",
            Pattern.compile(
                    "Error binding property \\((.*)=(.*)\\) with name: .* on bean: \\S*?(\\w+)(?:@\\w+)? with value.*"),
            "$3 has no property '$1' that can be '$2'",
            Pattern.compile("Property with key \\[(.*)] not found in properties from text: (.*)"),
            "$2: application.properties has no '$1'");

    private final Deque<Throwable> causes = new ArrayDeque<>();

    public RouteFailure(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            causes.push(cause);
        }
    }

    public String message() {
        Throwable innermost = causes.getFirst();
        String text = text(innermost);
        return switch (innermost.getClass().getSimpleName()) {
            case "ClassNotFoundException" -> "there is no class " + text;
            case "ParseException" -> JqFailure.of(text).message();
            case "SimpleParserException" -> "is not valid simple: " + text;
            default -> inOurWords(text);
        };
    }

    private static String inOurWords(String text) {
        return REWORDED.entrySet().stream()
                .map(entry -> entry.getKey().matcher(text).replaceFirst(entry.getValue()))
                .filter(reworded -> !reworded.equals(text))
                .findFirst()
                .orElse(text);
    }

    /** The line of what is spoken of, the innermost cause first; that of the document if none speaks of a part of it. */
    int line(YamlNode document) {
        List<String> texts = causes.stream().map(RouteFailure::text).toList();
        return texts.stream()
                .map(document::lineIn)
                .filter(line -> line > document.line())
                .findFirst()
                .orElse(document.line());
    }

    private static String text(Throwable cause) {
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return NOISE.matcher(message.lines().findFirst().orElse("")).replaceAll("");
    }
}
