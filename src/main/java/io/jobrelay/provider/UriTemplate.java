package io.jobrelay.provider;

import io.jobrelay.signing.PercentEncoding;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A URI template by <a href="https://www.rfc-editor.org/rfc/rfc6570">RFC 6570</a>, as far as provider routes need it:
 * {@code {id}} for a path part, which is always required, {@code {+endpoint}} for text that stands as it is,
 * <code>{?a,b*}</code> and <code>{&amp;c}</code> for query parameters, where an absent one is left out and a list becomes a
 * repeated parameter.
 */
public final class UriTemplate {
    private static final String NAME = "[A-Za-z0-9_]+(?:\\.[A-Za-z0-9_]+)*";
    private static final Pattern EXPRESSION =
            Pattern.compile("\\{(?:(\\+?)(N)|([?&])(N\\*?(?:,N\\*?)*))}".replace("N", NAME));
    private static final Set<String> DOT_SEGMENTS = Set.of(".", "..");

    private final String template;
    private final List<Part> parts = new ArrayList<>();

    /** What a part of the template becomes with these values. */
    private interface Part {
        String expand(Function<String, @Nullable Object> values);
    }

    /**
     * @throws IllegalArgumentException for an expression outside the part of RFC 6570 named above
     */
    public UriTemplate(String template) {
        this.template = template;
        Matcher expression = EXPRESSION.matcher(template);
        int end = 0;
        while (expression.find()) {
            addText(template.substring(end, expression.start()));
            parts.add(part(expression));
            end = expression.end();
        }
        addText(template.substring(end));
    }

    private void addText(String text) {
        if (text.contains("{") || text.contains("}")) {
            throw new IllegalArgumentException("not a URI template that Jobrelay reads: '" + template
                    + "'; it reads {name}, {+name}, {?name,names*} and {&name}");
        }
        parts.add(values -> text);
    }

    private Part part(MatchResult expression) {
        String name = expression.group(2);
        if (name == null) {
            String operator = expression.group(3);
            List<String> varspecs = List.of(expression.group(4).split(",", -1));
            return values -> query(operator, varspecs, values);
        }
        return expression.group(1).isEmpty()
                ? values -> pathPart(name, required(name, values))
                : values -> required(name, values);
    }

    /**
     * The URI, percent-encoded once.
     *
     * @param values the value of a name: a text, a list of texts, or null
     * @throws IllegalArgumentException if a required value is absent, or cannot stand where it is required
     */
    public String expand(Function<String, @Nullable Object> values) {
        StringBuilder uri = new StringBuilder();
        parts.forEach(part -> uri.append(part.expand(values)));
        return uri.toString();
    }

    private static String pathPart(String name, String value) {
        if (DOT_SEGMENTS.contains(value)) {
            throw new IllegalArgumentException(
                    "{" + name + "}: must not be '" + value + "', which is another path however it is written");
        }
        return PercentEncoding.encode(value);
    }

    private String required(String name, Function<String, @Nullable Object> values) {
        Object value = values.apply(name);
        if (value == null || value.toString().isEmpty()) {
            throw new IllegalArgumentException("no value for {" + name + "} of " + template);
        }
        if (value instanceof List<?>) {
            throw new IllegalArgumentException("{" + name + "} of " + template + ": must be one value, was " + value);
        }
        return value.toString();
    }

    private static String query(String operator, List<String> varspecs, Function<String, @Nullable Object> values) {
        StringJoiner query = new StringJoiner("&", operator, "").setEmptyValue("");
        for (String varspec : varspecs) {
            boolean explode = varspec.endsWith("*");
            String name = explode ? varspec.substring(0, varspec.length() - 1) : varspec;
            StringJoiner parameter =
                    new StringJoiner(explode ? "&" + name + "=" : ",", name + "=", "").setEmptyValue("");
            items(values.apply(name)).forEach(item -> parameter.add(PercentEncoding.encode(item.toString())));
            if (parameter.length() > 0) {
                query.add(parameter.toString());
            }
        }
        return query.toString();
    }

    private static List<?> items(@Nullable Object value) {
        if (value == null) {
            return List.of();
        }
        return value instanceof List<?> list ? list : List.of(value);
    }
}
