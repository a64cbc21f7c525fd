package io.jobrelay.settings;

import static java.util.Objects.requireNonNull;

import io.jobrelay.job.ReadableDuration;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What the value of a property must be.
 *
 * @param words what it must be, and behind a semicolon what to do about a value that is not
 * @param parser makes the value of a text, or throws
 */
record Rule<T>(String words, Function<String, T> parser) {
    private static final Map<String, Boolean> FLAGS = Map.of("true", true, "false", false);

    static final Rule<String> TEXT = new Rule<>("a text", text -> text);
    static final Rule<String> ONE_WORD = text(
            "without white space; check how it was pasted", text -> text.chars().noneMatch(Character::isWhitespace));
    static final Rule<Boolean> FLAG = new Rule<>("true or false", text -> requireNonNull(FLAGS.get(text)));
    static final Rule<Duration> TIME = new Rule<>("a time above 0 with its unit, such as 30s, 5m or 2h", Rule::time);
    static final Rule<URI> URL = of("an https URL with a host and without user or fragment", URI::create, Rule::isUrl);
    static final Rule<URI> BASE_URL = of(
            "an https URL with a host and without query, user or fragment",
            text -> URI.create(text.replaceFirst("/$", "")),
            uri -> isUrl(uri) && uri.getRawQuery() == null);

    static <T> Rule<T> of(String words, Function<String, T> parser, Predicate<T> allowed) {
        return new Rule<>(
                words, text -> Optional.of(parser.apply(text)).filter(allowed).orElseThrow());
    }

    static Rule<String> text(String words, Predicate<String> allowed) {
        return of(words, text -> text, allowed);
    }

    static Rule<String> matching(String words, String pattern) {
        return text(words, text -> text.matches(pattern));
    }

    static Rule<Integer> wholeNumber(String noun, int from, int to) {
        return of("%s from %d to %d".formatted(noun, from, to), Integer::valueOf, n -> n >= from && n <= to);
    }

    static Rule<Double> number(String words, double from, double to) {
        return of(words, Double::valueOf, number -> number >= from && number <= to);
    }

    static Rule<Duration> time(Duration longest) {
        return of(
                "a time above 0 and up to %s with its unit, such as 30s".formatted(ReadableDuration.format(longest)),
                Rule::time,
                time -> time.compareTo(longest) <= 0);
    }

    private static Duration time(String text) {
        return Optional.of(ReadableDuration.parse(text))
                .filter(time -> !time.isZero())
                .orElseThrow();
    }

    private static boolean isUrl(URI uri) {
        return uri.getHost() != null
                && Set.of("http", "https").contains(uri.getScheme().toLowerCase(Locale.ROOT))
                && uri.getRawUserInfo() == null
                && uri.getRawFragment() == null;
    }

    /** The value; empty if the text breaks the rule. */
    Optional<T> parse(String text) {
        try {
            return Optional.of(parser.apply(text));
        } catch (RuntimeException e) {
            return Optional.empty(); // every parser refuses in words of its own, and may repeat a secret
        }
    }
}
