package io.jobrelay.settings;

import static io.jobrelay.settings.Key.Trait.SECRET;

import io.jobrelay.secrets.SecretProperties;
import io.jobrelay.secrets.Secrets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one property at a time; what does not fit is noted as a problem, and the default stands in so that reading goes on
 * and all problems come out together. An empty value is an absent one.
 */
final class PropertyReader {
    /** As far as the last at sign: a password may have slashes, question marks and at signs that are not encoded. */
    private static final Pattern USER = Pattern.compile("^(.*?://?)?.*@", Pattern.DOTALL);

    private final PropertyFile file;
    private final Function<String, Optional<String>> values;
    private final Secrets secrets;
    private final List<Problem> problems = new ArrayList<>();
    private final Set<String> unresolved = new HashSet<>();

    /**
     * @param values the resolved value of a property
     * @param secrets what no problem shows
     */
    PropertyReader(PropertyFile file, Function<String, Optional<String>> values, Secrets secrets) {
        this.file = file;
        this.values = values;
        this.secrets = secrets;
        // Before anything is read, since a problem shows a value, and that may be another key's secret.
        file.keys().forEach(this::learn);
    }

    private void learn(String property) {
        try {
            values.apply(property).map(String::strip).ifPresent(value -> {
                SecretProperties.learn(property, value, secrets);
                Keys.find(property).filter(key -> key.is(SECRET)).ifPresent(key -> secrets.add(value));
            });
        } catch (RuntimeException e) {
            // It cannot be resolved, which is said where it is read.
        }
    }

    List<Problem> problems() {
        return problems;
    }

    private Optional<String> given(String property) {
        try {
            return values.apply(property).map(String::strip).filter(value -> !value.isEmpty());
        } catch (RuntimeException e) {
            if (unresolved.add(property)) {
                problem(property, "a placeholder cannot be resolved; give it a default, as in {{env:NAME:}}");
            }
            return Optional.empty();
        }
    }

    boolean has(Key<?> key) {
        return given(key.name()).isPresent();
    }

    /** True if the property has a value that keeps the rule. */
    boolean fits(Key<?> key) {
        return given(key.name()).flatMap(key.rule()::parse).isPresent();
    }

    /** The value, or the default; empty if there is neither. */
    <T> Optional<T> get(Key<T> key) {
        String given = given(key.name()).orElse("");
        Optional<T> value = key.rule().parse(given).filter(read -> !given.isEmpty());
        if (value.isPresent()) {
            return value;
        }
        if (!given.isEmpty()) {
            String was = key.is(SECRET)
                    ? ", was of %d characters".formatted(given.length())
                    : ", was '%s'".formatted(shown(given));
            String rule = key.rule().words().replaceFirst("(?=;|$)", Matcher.quoteReplacement(was));
            problem(key.name(), "must be " + rule);
        }
        return Keys.defaultOf(key.name(), other -> given(other).isPresent())
                .or(() -> Optional.of(key.fallback()).filter(fallback -> !fallback.isEmpty()))
                .flatMap(key.rule()::parse);
    }

    /** The value of a property that has a default. */
    <T> T value(Key<T> key) {
        return get(key).orElseThrow();
    }

    /** A value without what may be a secret in an address: the user before the host, and the query. */
    static String shown(String value) {
        Matcher user = USER.matcher(value);
        String scheme = user.lookingAt() && user.group(1) != null ? user.group(1) : "";
        return user.replaceFirst(Matcher.quoteReplacement(scheme + "***@")).replaceFirst("(?s)[?#].*", "?***");
    }

    void require(Key<?> key, String rule) {
        if (!has(key) && !unresolved.contains(key.name())) {
            problem(key.name(), "required" + rule);
        }
    }

    void problem(String property, String message) {
        problems.add(file.problem(property, secrets.mask(message)));
    }
}
