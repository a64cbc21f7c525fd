package io.jobrelay.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PercentEncodingTest {

    private static final String UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    @Test
    void keeps_unreserved_characters_alone_of_all_ascii() {
        for (char c = 0; c < 0x80; c++) {
            String encoded = UNRESERVED.indexOf(c) >= 0 ? String.valueOf(c) : "%%%02X".formatted((int) c);
            assertThat(PercentEncoding.encode(String.valueOf(c))).isEqualTo(encoded);
            assertThat(PercentEncoding.decode(encoded)).isEqualTo(String.valueOf(c));
        }
    }

    @Test
    void encodes_octets_of_utf_8() {
        assertThat(PercentEncoding.encode("é中😀")).isEqualTo("%C3%A9%E4%B8%AD%F0%9F%98%80");
    }

    @Test
    void decodes_either_case_and_takes_reserved_characters_as_they_are() {
        assertThat(PercentEncoding.decode("%c3%A9%e4%b8%AD/a+b*%2B%252F")).isEqualTo("é中/a+b*+%2F");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "a%2", "%2G", "%G2", "%+1", "a b", "é", "a\n", "%C3", "%FF", "%ED%A0%80"})
    void refuses_what_is_not_encoded_utf_8(String encoded) {
        assertThatThrownBy(() -> PercentEncoding.decode(encoded))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("encoded text: ");
    }

    @Test
    void refuses_half_a_surrogate_pair() {
        assertThatThrownBy(() -> PercentEncoding.encode("a\uD83D"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("text: ");
    }
}
