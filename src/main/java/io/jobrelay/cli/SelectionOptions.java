package io.jobrelay.cli;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which deliveries a command is about. */
final class SelectionOptions {
    @Option(names = "--destination", paramLabel = "NAME", description = "Those of one destination.")
    private @Nullable String destination;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Those of events of this time and later, such as 2026-11-22 (UTC) or 2026-11-22T10:00:00Z.")
    private @Nullable Instant since;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            description = "Those of events before this time, without those of this time itself.")
    private @Nullable Instant until;

    /** The options that are given, as the API names them. */
    Map<String, Object> query() {
        Map<String, Object> query = new HashMap<>();
        if (destination != null) {
            query.put("destination", destination);
        }
        if (since != null) {
            query.put("since", since);
        }
        if (until != null) {
            query.put("until", until);
        }
        return query;
    }

    /** Parses a day in UTC or a time with its offset. */
    static Instant parseTime(String value) {
        try {
            return value.contains("T")
                    ? OffsetDateTime.parse(value).toInstant()
                    : LocalDate.parse(value).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeParseException e) {
            throw new TypeConversionException(
                    "must be a day or a time with its offset, such as 2026-11-22 or 2026-11-22T10:00:00Z, was '" + value
                            + "'");
        }
    }
}
