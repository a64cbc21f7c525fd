package io.jobrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorTextTest {
    private final ErrorText errors = new ErrorText(Set.of("pass", "password", "key=1234"));

    @Test
    void shows_nothing_confidential() {
        assertThat(errors.of("tcp://jo:password@host?key=1234 with pass: refused"))
                .isEqualTo("tcp://jo:***@host?*** with ***: refused");
    }

    @ParameterizedTest
    @CsvSource({
        "'one\ntwo\r\tthree', 'one\\u000atwo\\u000d\\u0009three'",
        "'\u001b[2J\u009b', '\\u001b[2J\\u009b'",
        "\u202eevil\u2028, '\\u202eevil\\u2028'",
        "\ud83d\ude80 ü 漢, \ud83d\ude80 ü 漢",
        "\udb40\udc41, '\\U000e0041'",
        "\ud83d, '\\ud83d'"
    })
    void does_nothing_to_a_terminal_or_a_log(String text, String shown) {
        assertThat(errors.of(text)).isEqualTo(shown);
        assertThat(ErrorText.escaped(shown)).as("escaped once more").isEqualTo(shown);
    }

    @Test
    void has_a_thousand_characters_at_most_and_cuts_no_secret_in_two() {
        assertThat(errors.of("x".repeat(1_000))).hasSize(1_000).doesNotEndWith(".");
        assertThat(errors.of("x".repeat(1_001))).hasSize(1_000).endsWith("x...");
        assertThat(errors.of("\n".repeat(1_000))).hasSize(1_000);
        assertThat(errors.of("x".repeat(992) + "password")).isEqualTo("x".repeat(992) + "***");
    }
}
