package io.jobrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | PT0S",
                "120 | PT2M",
                " 120  | PT2M",
                "00000000120 | PT2M",
                "86400 | PT24H",
                "86401 | PT24H",
                "99999999999999999999999 | PT24H",
                "Sun, 22 Nov 2026 12:05:00 GMT | PT5M",
                "Sunday, 22-Nov-26 12:05:00 GMT | PT5M",
                "Sun, 22 Nov 2026 12:00:00 GMT | PT0S",
                "Fri, 22 Nov 2126 12:05:00 GMT | PT24H",
            })
    void reads_seconds_and_dates_up_to_a_day(String header, Duration wait) {
        assertThat(RetryAfter.parse(header, NOW)).contains(wait);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-5",
                "1.5",
                "soon",
                "10 seconds",
                "٥",
                "2026-11-22T12:05:00Z",
                "Sun, 22 Nov 2026 11:59:59 GMT",
                "Sun, 99 Nov 2026 12:05:00 GMT",
            })
    void ignores_what_it_does_not_understand_and_what_has_passed(String header) {
        assertThat(RetryAfter.parse(header, NOW)).isEmpty();
    }
}
