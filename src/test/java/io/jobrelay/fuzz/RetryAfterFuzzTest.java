package io.jobrelay.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.delivery.RetryAfter;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

/** Whatever a server says about when to come back: a time from now to a day, or nothing. */
class RetryAfterFuzzTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    @Provide
    Arbitrary<String> headers() {
        return Arbitraries.of(
                        "0",
                        "1",
                        "9",
                        "86400",
                        "-",
                        "+",
                        ".",
                        "e9",
                        " ",
                        ",",
                        ":",
                        "\t",
                        "\u0000",
                        "٥",
                        "😀",
                        "Sun",
                        "Sunday",
                        ", ",
                        "22 Nov 2026",
                        "22-Nov-26",
                        "Nov 22",
                        "99 Foo",
                        "12:00:00",
                        "24:60:61",
                        " GMT",
                        " CST",
                        " 2026",
                        " 999999999",
                        "0".repeat(10_000))
                .list()
                .ofMaxSize(12)
                .map(pieces -> String.join("", pieces));
    }

    @Property
    void asks_for_a_day_at_most(@ForAll("headers") String header) {
        assertThat(RetryAfter.parse(header, NOW).stream()).allSatisfy(RetryAfterFuzzTest::isWithinADay);
    }

    @Property
    void any_text_asks_for_a_day_at_most(@ForAll String header) {
        assertThat(RetryAfter.parse(header, NOW).stream()).allSatisfy(RetryAfterFuzzTest::isWithinADay);
    }

    @Property
    void seconds_and_dates_mean_the_same(@ForAll @LongRange(min = 0, max = 200_000_000_000L) long seconds) {
        String date = HTTP_DATE.format(NOW.plusSeconds(seconds));

        assertThat(RetryAfter.parse(Long.toString(seconds), NOW))
                .contains(Duration.ofSeconds(Math.min(seconds, 86_400)));
        assertThat(RetryAfter.parse(date, NOW)).as(date).contains(Duration.ofSeconds(Math.min(seconds, 86_400)));
    }

    private static void isWithinADay(Duration wait) {
        assertThat(wait).isBetween(Duration.ZERO, Duration.ofDays(1));
    }
}
