package io.jobrelay.provider;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Optional;
import java.util.Set;

/** Reads the times that providers write: epoch milliseconds, ISO 8601 with an offset, and wall-clock times without one. */
final class ReplyTime {
    private static final DateTimeFormatter WALL_CLOCK = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .appendLiteral(' ')
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .toFormatter();
    /** What providers write for "not yet". */
    private static final Set<String> NOT_YET_DATES = Set.of("0000-00-00", "0001-01-01");

    /** RFC 3339 has years of four digits. */
    private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");

    private static final Instant END = Instant.parse("+10000-01-01T00:00:00Z");
    private static final int DATE_LENGTH = 10;

    private ReplyTime() {}

    /** True for a value that stands for no time at all. */
    static boolean isAbsent(JsonNode value) {
        if (value.isTextual()) {
            String text = value.textValue().strip();
            return text.isEmpty() || NOT_YET_DATES.contains(text.substring(0, Math.min(DATE_LENGTH, text.length())));
        }
        return value.isNull() || value.isMissingNode() || (value.isNumber() && value.doubleValue() == 0);
    }

    /** The instant, or empty if the value cannot be understood. {@code zone} is that of times without an offset. */
    static Optional<Instant> parse(JsonNode value, ZoneId zone) {
        return understood(value, zone).filter(time -> !time.isBefore(FIRST) && time.isBefore(END));
    }

    private static Optional<Instant> understood(JsonNode value, ZoneId zone) {
        try {
            if (value.isIntegralNumber() && value.canConvertToLong()) {
                return Optional.of(Instant.ofEpochMilli(value.longValue()));
            }
            if (!value.isTextual()) {
                return Optional.empty();
            }
            String text = value.textValue().strip();
            return Optional.of(
                    text.indexOf('T') > 0
                            ? OffsetDateTime.parse(text).toInstant()
                            : LocalDateTime.parse(text, WALL_CLOCK).atZone(zone).toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
