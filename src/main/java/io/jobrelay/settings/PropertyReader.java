package io.jobrelay.settings;

import io.jobrelay.job.ReadableDuration;
import io.jobrelay.trust.Secrets;
import java.net.URI;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one property at a time into its type; what does not fit is noted as a problem, and the default of
 * {@link SettingsReader#defaultOf} stands in so that reading goes on and all problems come out together. An empty value is an
 * absent one.
 */
final class PropertyReader {
    /** As far as the last at sign: a password may have slashes, question marks and at signs that nobody encoded. */
    private static final Pattern USER = Pattern.compile("^(.*?://?)?.*@", Pattern.DOTALL);

    private static final Pattern QUERY = Pattern.compile("[?#].*", Pattern.DOTALL);

    private final Function<String, Optional<String>> properties;
    private final Function<String, Problem> place;
    private final List<Problem> problems;
    private final Secrets secrets;
    private final Set<String> unresolved = new HashSet<>();

    /**
     * @param properties the resolved value of a key
     * @param place a problem at a key, its message still to come
     * @param secrets what no problem shows
     */
    PropertyReader(
            Function<String, Optional<String>> properties,
            Function<String, Problem> place,
            List<Problem> problems,
            Secrets secrets) {
        this.properties = properties;
        this.place = place;
        this.problems = problems;
        this.secrets = secrets;
    }

    /** Remembers what is secret in the value of the key. */
    void learn(String key) {
        Optional<String> value;
        try {
            value = properties.apply(key);
        } catch (RuntimeException e) {
            return; // whoever reads the key reports that it cannot be resolved
        }
        value.map(String::strip).ifPresent(text -> SecretProperties.learn(key, text, secrets));
    }

    Optional<String> text(String key) {
        return given(key).or(() -> absent(key));
    }

    /** A text that has a default. */
    String text(String key, String rule, Predicate<String> allowed) {
        return value(key, rule, Function.identity(), allowed);
    }

    /** A text of which a problem shows no more than its length. */
    Optional<String> secret(String key, String rule, Predicate<String> allowed, String cure) {
        Optional<String> text = text(key);
        text.filter(allowed.negate())
                .ifPresent(wrong ->
                        problem(key, "must be %s, was of %d characters; %s".formatted(rule, wrong.length(), cure)));
        return text;
    }

    private Optional<String> absent(String key) {
        return SettingsReader.defaultOf(key, other -> given(other).isPresent());
    }

    private Optional<String> given(String key) {
        try {
            return properties.apply(key).map(String::strip).filter(value -> !value.isEmpty());
        } catch (RuntimeException e) {
            if (unresolved.add(key)) {
                problem(key, "a placeholder cannot be resolved; give it a default, as in {{env:NAME:}}");
            }
            return Optional.empty();
        }
    }

    <T> Optional<T> read(String key, String rule, Function<String, T> parse, Predicate<T> allowed) {
        Optional<String> given = given(key);
        if (given.isPresent()) {
            try {
                T value = parse.apply(given.get());
                if (allowed.test(value)) {
                    return Optional.of(value);
                }
            } catch (RuntimeException e) {
                // Every parser refuses in its own words; ours name the key and the rule.
            }
            problem(key, "must be %s, was '%s'".formatted(rule, shown(given.get())));
        }
        return absent(key).map(parse);
    }

    /** A value that has a default. */
    <T> T value(String key, String rule, Function<String, T> parse, Predicate<T> allowed) {
        return read(key, rule, parse, allowed).orElseThrow();
    }

    Duration duration(String key) {
        return duration(key, "a time above 0 with its unit, such as 30s, 5m or 2h", time -> true);
    }

    Duration duration(String key, Duration longest) {
        String rule =
                "a time above 0 and up to %s with its unit, such as 30s".formatted(ReadableDuration.format(longest));
        return duration(key, rule, time -> time.compareTo(longest) <= 0);
    }

    private Duration duration(String key, String rule, Predicate<Duration> allowed) {
        return value(key, rule, ReadableDuration::parse, allowed.and(time -> !time.isNegative() && !time.isZero()));
    }

    int wholeNumber(String key, int from, int to) {
        String rule = "a whole number from %d to %d".formatted(from, to);
        return value(key, rule, Integer::parseInt, number -> number >= from && number <= to);
    }

    OptionalInt port(String key) {
        return read(key, "a port from 1 to 65535", Integer::parseInt, n -> n >= 1 && n <= 65_535).stream()
                .mapToInt(Integer::intValue)
                .findFirst();
    }

    double number(String key, String rule, Predicate<Double> allowed) {
        return value(key, rule, Double::parseDouble, allowed);
    }

    /** False where the key has no default. */
    boolean flag(String key) {
        return read(key, "true or false", PropertyReader::parseFlag, value -> true)
                .orElse(false);
    }

    Optional<ZoneId> zone(String key) {
        return read(key, "a time zone such as Asia/Shanghai or +08:00", ZoneId::of, zone -> true);
    }

    /** An address of http or https with a host; without user and fragment, which no request carries. */
    Optional<URI> address(String key, boolean mayHaveQuery) {
        return read(
                key,
                "an https URL with a host and without %suser or fragment".formatted(mayHaveQuery ? "" : "query, "),
                URI::create,
                uri -> uri.getHost() != null
                        && Set.of("http", "https").contains(uri.getScheme().toLowerCase(Locale.ROOT))
                        && uri.getRawUserInfo() == null
                        && uri.getRawFragment() == null
                        && (mayHaveQuery || uri.getRawQuery() == null));
    }

    /** A value without what may be a secret in an address: the user before the host, and the query. */
    static String shown(String value) {
        Matcher user = USER.matcher(value);
        String scheme = user.lookingAt() && user.group(1) != null ? user.group(1) : "";
        return QUERY.matcher(user.replaceFirst(Matcher.quoteReplacement(scheme + "***@")))
                .replaceAll("?***");
    }

    void required(String key, String rule) {
        if (text(key).isEmpty() && !unresolved.contains(key)) {
            problem(key, "required" + rule);
        }
    }

    void problem(String key, String message) {
        Problem at = place.apply(key);
        problems.add(new Problem(at.file(), at.line(), key + ": " + secrets.mask(message)));
    }

    private static boolean parseFlag(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }
}
