package io.jobrelay.provider;

import io.jobrelay.signing.PercentEncoding;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
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

    /**
     * @throws IllegalArgumentException for an expression outside the part of RFC 6570 named above
     */
    public UriTemplate(String template) {
        String rest = EXPRESSION.matcher(template).replaceAll("");
        if (rest.contains("{") || rest.contains("}")) {
            throw new IllegalArgumentException("not a URI template that Jobrelay reads: '" + template
                    + "'; it reads {name}, {+name}, {?name,names*} and {&name}");
        }
        this.template = template;
    }

    /**
     * The URI, percent-encoded once.
     *
     * @param values the value of a name: a text, a list of texts, or null
     * @throws IllegalArgumentException if a required value is absent, or cannot stand where it is required
     */
    public String expand(Function<String, @Nullable Object> values) {
        return EXPRESSION.matcher(template).replaceAll(match -> {
            String name = match.group(2);
            if (name == null) {
                return Matcher.quoteReplacement(query(match.group(3), match.group(4), values));
            }
            String value = required(name, values);
            return Matcher.quoteReplacement(match.group(1).isEmpty() ? pathPart(name, value) : value);
        });
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

    private static String query(String operator, String names, Function<String, @Nullable Object> values) {
        List<String> parameters = new ArrayList<>();
        for (String varspec : names.split(",", -1)) {
            boolean explode = varspec.endsWith("*");
            String name = explode ? varspec.substring(0, varspec.length() - 1) : varspec;
            List<String> encoded = items(values.apply(name)).stream()
                    .map(item -> PercentEncoding.encode(item.toString()))
                    .toList();
            if (explode) {
                encoded.forEach(item -> parameters.add(name + "=" + item));
            } else if (!encoded.isEmpty()) {
                parameters.add(name + "=" + String.join(",", encoded));
            }
        }
        return parameters.isEmpty() ? "" : operator + String.join("&", parameters);
    }

    private static List<?> items(@Nullable Object value) {
        if (value == null) {
            return List.of();
        }
        return value instanceof List<?> list ? list : List.of(value);
    }
}
