package io.jobrelay.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.util.Base64;
import java.util.HexFormat;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The search finds what it is there to find. */
class CanariesTest {
    private final Canaries canaries = new Canaries();
    private final String secret = canaries.plant("a key");

    @Test
    void are_found_in_any_coding_and_in_codings_of_codings() {
        assertFound(text -> text);
        assertFound(text -> URLEncoder.encode(text, UTF_8));
        assertFound(text -> text.replace("/", "\\/"));
        assertFound(text -> text.replace("+", "\\u002b"));
        assertFound(text -> HexFormat.of().formatHex(text.getBytes(UTF_8)));
        assertFound(CanariesTest::base64);
        assertFound(text -> "0123456789abcde".substring(0, 7) + base64("x" + text));
        assertFound(text -> Base64.getUrlEncoder().withoutPadding().encodeToString(("ÿÿÿ" + text).getBytes(UTF_8)));
        assertFound(text -> URLEncoder.encode(base64("user:" + text), UTF_8));
        assertFound(text -> base64(HexFormat.of().withUpperCase().formatHex(text.getBytes(UTF_8))));
    }

    @Test
    void are_not_found_where_there_is_none() {
        assertThat(canaries.in("a log", "Cnry0, deadbeefdeadbeef, Zm9vYmFyYmF6cXV4 and a%2Fb"))
                .isEmpty();
    }

    private void assertFound(UnaryOperator<String> coding) {
        String log = "key=\"" + coding.apply(secret) + "\", and more";
        assertThat(canaries.in("a log", log)).as(log).isNotEmpty();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }
}
