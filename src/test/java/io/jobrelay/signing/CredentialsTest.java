package io.jobrelay.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {

    @Test
    void shows_no_part_of_itself() {
        assertThat(new Credentials("key", "hidden", "token"))
                .hasToString("Credentials[accessKey=***, secretKey=***, securityToken=***]");
        assertThat(new Credentials("key", "hidden", null))
                .hasToString("Credentials[accessKey=***, secretKey=***, securityToken=none]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "hidden\n", " hidden", "hid den"})
    void refuses_empty_parts_and_white_space_without_showing_them(String value) {
        assertThatThrownBy(() -> new Credentials(value, "s", null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("accessKey: not empty and without white space; check how it was pasted");
        assertThatThrownBy(() -> new Credentials("a", value, null))
                .hasMessage("secretKey: not empty and without white space; check how it was pasted");
        assertThatThrownBy(() -> new Credentials("a", "s", value))
                .hasMessage("securityToken: not empty and without white space; check how it was pasted");
    }
}
