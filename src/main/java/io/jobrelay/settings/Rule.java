package io.jobrelay.settings;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import io.jobrelay.account.Signing;
import io.jobrelay.delivery.DeliverySchedule;
import io.jobrelay.httpclient.AddressRange;
import io.jobrelay.job.ReadableDuration;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What the value of a property must be.
 *
 * @param words what it must be, and behind a semicolon what to do about a value that is not
 * @param parser makes the value of a text, or throws
 */
record Rule<T>(String words, Function<String, T> parser) {
    private static final Map<String, Boolean> FLAGS = Map.of("true", true, "false", false);

    static final Rule<String> TEXT = new Rule<>("a text", text -> text);
    static final Rule<String> ONE_WORD = of(
            "without white space; check how it was pasted",
            text -> text,
            text -> text.chars().noneMatch(Character::isWhitespace));
    static final Rule<List<String>> WORDS = new Rule<>("words", text -> List.of(text.split("[,\\s]+")));
    static final Rule<Boolean> FLAG = new Rule<>("true or false", text -> requireNonNull(FLAGS.get(text)));
    static final Rule<Integer> PORT = of("a port from 1 to 65535", Integer::valueOf, n -> n >= 1 && n <= 65_535);
    static final Rule<Double> SHARE = of("a share from 0 to below 1", Double::valueOf, n -> n >= 0 && n < 1);
    static final Rule<Double> RATE =
            of("a number from 0.001 to 1000000", Double::valueOf, n -> n >= 0.001 && n <= 1_000_000);
    static final Rule<Duration> TIME =
            of("a time above 0 with its unit, such as 30s, 5m or 2h", ReadableDuration::parse, time -> !time.isZero());
    static final Rule<Duration> TIME_OR_EVER = new Rule<>(
            "a time with its unit, such as 30d, or 0 for ever",
            text -> text.equals("0") ? Duration.ZERO : ReadableDuration.parse(text));
    static final Rule<ZoneId> ZONE = new Rule<>("a time zone such as Asia/Shanghai or +08:00", ZoneId::of);
    static final Rule<DeliverySchedule> SCHEDULE =
            new Rule<>("waits separated by commas, such as 0s,5s,5m,30m", text -> DeliverySchedule.parse(text, 0));
    static final Rule<List<String>> GLOBS = new Rule<>(
            "globs separated by commas",
            text -> parts(text)
                    .peek(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob))
                    .toList());
    static final Rule<List<AddressRange>> ADDRESSES = new Rule<>(
            "addresses and ranges separated by commas, such as 10.0.0.5, 10.1.0.0/16 or fd00::/8",
            text -> parts(text).map(AddressRange::parse).toList());
    static final Rule<Path> FILE = of(
            "a file in a directory, with {date} in its name at most",
            Path::of,
            path -> path.getParent() != null && !path.getParent().toString().contains("{date}"));
    static final Rule<Signing> SCHEME = new Rule<>(
            Stream.of(Signing.values()).map(Signing::scheme).collect(joining(", ", "one of ", "")),
            text -> Signing.of(text).orElseThrow());
    static final Rule<URI> URL = of("an https URL with a host and without user or fragment", URI::create, Rule::isUrl);
    static final Rule<URI> BASE_URL = of(
            "an https URL with a host and without query, user or fragment",
            text -> URI.create(text.replaceFirst("/$", "")),
            url -> isUrl(url) && url.getRawQuery() == null);

    static <T> Rule<T> of(String words, Function<String, T> parser, Predicate<T> allowed) {
        return new Rule<>(
                words, text -> Optional.of(parser.apply(text)).filter(allowed).orElseThrow());
    }

    static Rule<String> matching(String words, String pattern) {
        return of(words, text -> text, text -> text.matches(pattern));
    }

    static Rule<Integer> wholeNumber(int from, int to) {
        return of("a whole number from %d to %d".formatted(from, to), Integer::valueOf, n -> n >= from && n <= to);
    }

    static Rule<Duration> time(Duration longest) {
        return of(
                "a time above 0 and up to %s with its unit, such as 30s".formatted(ReadableDuration.format(longest)),
                ReadableDuration::parse,
                time -> !time.isZero() && time.compareTo(longest) <= 0);
    }

    private static Stream<String> parts(String text) {
        return Stream.of(text.split("\\s*,\\s*"));
    }

    private static boolean isUrl(URI url) {
        return url.getHost() != null
                && Set.of("http", "https").contains(url.getScheme().toLowerCase(Locale.ROOT))
                && url.getRawUserInfo() == null
                && url.getRawFragment() == null;
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
