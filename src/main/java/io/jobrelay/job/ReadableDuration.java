package io.jobrelay.job;

import java.time.Duration;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as they are written in settings, watch files and messages: a whole number and its unit, one of {@code ms},
 * {@code s}, {@code m}, {@code h}, {@code d}, such as {@code 500ms} or {@code 2h}. A day has 24 hours.
 */
public final class ReadableDuration {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

    private ReadableDuration() {}

    /**
     * Reads a duration such as {@code 30s}.
     *
     * @throws IllegalArgumentException when the text is none; the message is a rule for the key it stands at
     */
    public static Duration parse(String text) {
        Objects.requireNonNull(text, "text is null");
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "must be a whole number and a unit of ms, s, m, h or d, such as 30s, was \"" + text + "\"");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    /** In the largest unit that says it without a fraction; what is below a millisecond is dropped. */
    public static String format(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds == 0 || seconds % 60 != 0) {
            return seconds + "s";
        }
        if (seconds % 3600 != 0) {
            return seconds / 60 + "m";
        }
        return seconds % 86_400 == 0 ? seconds / 86_400 + "d" : seconds / 3600 + "h";
    }
}
