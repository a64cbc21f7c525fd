package io.jobrelay.camel.validation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/** What Camel says when it cannot build a route: the innermost cause, in one line, and the place that it is about. */
public final class RouteFailure {
    /** What tells a user of a route file nothing: Java's names for objects, jars, and the route printed once more. */
    private static final Pattern NOISE =
            Pattern.compile("@[0-9a-f]{4,8}\\b|, please check your classpath.*| because of .*| <<< in route.*");

    private final Deque<Throwable> causes = new ArrayDeque<>();

    public RouteFailure(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            causes.push(cause);
        }
    }

    public String message() {
        Throwable innermost = causes.getFirst();
        String kind = switch (innermost.getClass().getSimpleName()) {
            case "ClassNotFoundException" -> "there is no class ";
            case "ParseException" -> "is not valid jq: ";
            case "SimpleParserException" -> "is not valid simple: ";
            default -> "";
        };
        return kind + text(innermost);
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
