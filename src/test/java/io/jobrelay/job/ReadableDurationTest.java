package io.jobrelay.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReadableDurationTest {

    @ParameterizedTest
    @CsvSource({"500ms, PT0.5S", "0s, PT0S", "5s, PT5S", "90s, PT1M30S", "5m, PT5M", "2h, PT2H", "25h, PT25H", "1d, P1D"
    })
    void reads_a_number_with_its_unit_and_writes_it_the_same(String text, Duration duration) {
        assertThat(ReadableDuration.parse(text)).isEqualTo(duration);
        assertThat(ReadableDuration.format(duration)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "-5s", "1.5s", "5 s", "5S", "5sec", "1h30m", "٥s", "9999999999d"})
    void refuses_anything_else(String text) {
        assertThatThrownBy(() -> ReadableDuration.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("must be a whole number and a unit of ms, s, m, h or d, such as 30s, was \"" + text + "\"");
    }

    @Test
    void writes_the_largest_unit_without_a_fraction() {
        assertThat(ReadableDuration.format(ReadableDuration.parse("3600s"))).isEqualTo("1h");
        assertThat(ReadableDuration.format(ReadableDuration.parse("48h"))).isEqualTo("2d");
        assertThat(ReadableDuration.format(Duration.ofNanos(1))).isEqualTo("0s");
    }
}
