package io.jobrelay.logging;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlainLineTest {
    @ParameterizedTest
    @CsvSource({
        "000a, \\n",
        "000d, \\r",
        "0009, \\t",
        "0000, \\u0000",
        "001b, \\u001b",
        "007f, \\u007f",
        "0085, \\u0085",
        "009b, \\u009b",
        "2028, \\u2028",
        "2029, \\u2029",
        "202e, \\u202e",
        "2066, \\u2066",
        "200b, \\u200b",
        "feff, \\ufeff",
        "d800, \\ud800",
        "e0001, \\u{e0001}",
    })
    void writes_what_is_no_plain_character_as_its_escape(String codePoint, String escape) {
        String character = Character.toString(Integer.parseInt(codePoint, 16));

        assertThat(PlainLine.of("a" + character + "b")).isEqualTo("a" + escape + "b");
    }

    @Test
    void leaves_words_of_all_scripts_as_they_are() {
        assertThat(PlainLine.of("Größe 数据集 🙂 <a> C:\\new")).isEqualTo("Größe 数据集 🙂 <a> C:\\new");
    }

    @Test
    void leaves_out_the_end_of_an_overlong_line() {
        String line = PlainLine.of("x".repeat(1 << 20));

        assertThat(line).hasSizeLessThan(PlainLine.LONGEST + 40).endsWith("xx… (1048576 characters)");
        assertThat(PlainLine.of("x".repeat(PlainLine.LONGEST))).isEqualTo("x".repeat(PlainLine.LONGEST));
    }
}
