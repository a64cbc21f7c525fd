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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "none",
            value = {
                "none | `\"api\";r=0;t=55` | PT55S",
                "none | `\"api\"; t=55; r=0` | PT55S",
                "none | `\"a\";r=0;t=5, \"b\";r=0;t=300, \"c\";r=9;t=900` | PT5M",
                "none | `\"api\";r=0;t=999999999` | PT24H",
                "7 | `\"api\";r=0;t=55` | PT7S",
                "none | `\"api\";r=10;t=55` | none",
                "none | `\"api\";r=0` | none",
                "none | `\"api\";r=05;t=55` | none",
                "none | none | none",
            })
    void takes_what_a_rate_limit_header_says_where_there_is_no_retry_after(
            String retryAfter, String rateLimit, Duration wait) {
        assertThat(RetryAfter.of(retryAfter, rateLimit, NOW)).isEqualTo(wait);
    }
}
