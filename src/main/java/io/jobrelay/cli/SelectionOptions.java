package io.jobrelay.cli;

import io.jobrelay.ledger.Redelivery.Selection;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which deliveries a command is about. */
final class SelectionOptions {
    @Option(names = "--destination", paramLabel = "NAME", description = "Those of one destination.")
    private @Nullable String destination;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "Those of events of this time and later, such as 2026-11-22 (UTC) or 2026-11-22T10:00:00Z.")
    private @Nullable Instant since;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "Those of events before this time, without those of this time itself.")
    private @Nullable Instant until;

    Selection selection() {
        return new Selection(destination, since, until);
    }

    /** Reads a day in UTC or a time with its offset. */
    static final class TimeConverter implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String value) {
            try {
                return value.contains("T")
                        ? OffsetDateTime.parse(value).toInstant()
                        : LocalDate.parse(value).atStartOfDay(ZoneOffset.UTC).toInstant();
            } catch (DateTimeParseException e) {
                throw new TypeConversionException(
                        "must be a day or a time with its offset, such as 2026-11-22 or 2026-11-22T10:00:00Z, was '"
                                + value + "'");
            }
        }
    }
}
