package io.jobrelay.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.utils.DateUtils;
import org.jspecify.annotations.Nullable;

/** The {@code Retry-After} header (RFC 9110, 10.2.3): seconds, or an HTTP date, also of the old RFC 850 form. */
public final class RetryAfter {
    /** A receiver may ask for this long and no longer. */
    public static final Duration LONGEST = Duration.ofHours(24);

    private static final Pattern SECONDS = Pattern.compile("[0-9]+");
    private static final Pattern MORE_THAN_A_DAY = Pattern.compile("0*[1-9][0-9]{5,}");

    /** An item of {@code RateLimit} (draft-ietf-httpapi-ratelimit-headers): nothing remains, until so many seconds from now. */
    private static final Pattern NOTHING_REMAINS = Pattern.compile("(?=[^,]*;\\s*r=0\\b)[^,]*;\\s*t=([0-9]{1,9})\\b");

    private RetryAfter() {}

    /** The same where a server says it in {@code RateLimit} only. */
    public static @Nullable Duration of(@Nullable String header, @Nullable String rateLimit, Instant now) {
        Duration asked = of(header, now);
        return asked != null || rateLimit == null
                ? asked
                : NOTHING_REMAINS
                        .matcher(rateLimit)
                        .results()
                        .map(item -> Duration.ofSeconds(Long.parseLong(item.group(1))))
                        .max(Comparator.naturalOrder())
                        .map(RetryAfter::bounded)
                        .orElse(null);
    }

    /** How long the server asks to wait; null if it does not, or the header cannot be parsed. */
    public static @Nullable Duration of(@Nullable String header, Instant now) {
        return header == null ? null : parse(header, now).orElse(null);
    }

    /** How long to wait, at most {@link #LONGEST}; empty when the header asks for nothing that can be understood. */
    public static Optional<Duration> parse(String header, Instant now) {
        String text = header.strip();
        if (MORE_THAN_A_DAY.matcher(text).matches()) {
            return Optional.of(LONGEST);
        }
        Optional<Duration> asked = SECONDS.matcher(text).matches()
                ? Optional.of(Duration.ofSeconds(Long.parseLong(text)))
                : Optional.ofNullable(DateUtils.parseStandardDate(text)).map(date -> Duration.between(now, date));
        return asked.filter(wait -> !wait.isNegative()).map(RetryAfter::bounded);
    }

    private static Duration bounded(Duration wait) {
        return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    }
}
