package io.jobrelay.secrets;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class SecretsTest {
    private static final String SECRET = "Ab3/d\"f+h\\=kß n";

    private final Secrets secrets = new Secrets();

    @Test
    void masks_a_secret_wherever_it_stands() {
        secrets.add("hush-hush");

        assertThat(secrets.mask("hush-hush")).isEqualTo("***");
        assertThat(secrets.mask("say hush-hush, hush-hush! hush")).isEqualTo("say ***, ***! hush");
        assertThat(secrets.mask("hushush-hush-hush")).isEqualTo("hus***-hush");
        assertThat(secrets.mask("")).isEmpty();
    }

    @Test
    void masks_the_forms_that_codings_give_it() {
        secrets.add(SECRET);
        byte[] bytes = SECRET.getBytes(UTF_8);

        String form = URLEncoder.encode(SECRET, UTF_8);
        for (String shown : List.of(
                SECRET,
                "Ab3/d\\\"f+h\\\\=kß n",
                "Ab3\\/d\\\"f+h\\\\=kß n",
                form,
                form.replace("+", "%20"),
                form.replaceAll("%2F", "%2f")
                        .replaceAll("%22", "%22")
                        .replace("%2B", "%2b")
                        .replace("%5C", "%5c")
                        .replace("%3D", "%3d")
                        .replace("%C3%9F", "%c3%9f"),
                form.replace("+", "%20").replace("%", "%25"),
                HexFormat.of().formatHex(bytes),
                HexFormat.of().withUpperCase().formatHex(bytes),
                new String(bytes, ISO_8859_1))) {
            assertThat(secrets.mask("before " + shown + " after")).isEqualTo("before *** after");
        }
    }

    @Test
    void masks_it_within_something_longer_in_base64() {
        secrets.add(SECRET);

        for (String before : List.of("", "u", "u:", "us:")) {
            for (Base64.Encoder encoder : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
                String masked = secrets.mask(encoder.encodeToString((before + SECRET + ":x").getBytes(UTF_8)));

                assertThat(masked).contains("***").hasSizeLessThan(13);
            }
        }
    }

    @Test
    void masks_the_longer_of_two_secrets_of_which_one_begins_the_other() {
        secrets.add("secret");
        secrets.add("secret-key");

        assertThat(secrets.mask("a secret-key, a secret")).isEqualTo("a ***, a ***");
    }

    @Test
    void leaves_alone_what_is_too_short_to_be_a_secret() {
        secrets.add("short");

        assertThat(secrets.mask("a short one")).isEqualTo("a short one");
        assertThat(secrets.shownIn("short")).isFalse();
    }

    @Test
    void remembers_the_last_of_the_tokens_that_come_and_go() {
        for (int i = 100; i < 200; i++) {
            secrets.addPassing("token-" + i);
        }

        assertThat(secrets.mask("token-199 token-136")).isEqualTo("*** ***");
        assertThat(secrets.mask("token-135")).isEqualTo("token-135");
    }

    @Test
    void masks_bytes_that_are_no_text() {
        secrets.add(new byte[] {-1, -2, -3, -4, -5, -6, -7});

        assertThat(secrets.mask("key fffefdfcfbfaf9")).isEqualTo("key ***");
    }

    @Test
    void shows_none() {
        secrets.add("hush-hush");

        assertThat(secrets).hasToString("Secrets[***]");
        assertThat(secrets.shownIn("nothing", "but hush-hush")).isTrue();
    }
}
