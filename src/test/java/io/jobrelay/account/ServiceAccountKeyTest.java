package io.jobrelay.account;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import io.jobrelay.testbed.ServiceAccountFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceAccountKeyTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

    @TempDir
    private static Path directory;

    /** RFC 7515, appendix A.2: RSASSA-PKCS1-v1_5 has one signature for a key and a text. */
    @Test
    void signs_as_rfc_7515_says() throws IOException {
        String text =
                "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

        assertThat(ServiceAccountKey.rs256(text, key().key()))
                .isEqualTo(
                        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdb"
                                + "F9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383"
                                + "LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWy"
                                + "wlVmtVrBp0igcN_IoypGlUPQGe77Rw");
    }

    @Test
    void asserts_who_asks_where_for_which_scope_and_for_how_long() throws IOException {
        assertThat(claims(key().assertion("a b", "https://oauth2.googleapis.com/token", NOW)))
                .isEqualTo(Json.MAPPER.readTree("""
                        {"iss": "relay@acme.iam.gserviceaccount.com", "aud": "https://oauth2.googleapis.com/token",
                         "scope": "a b", "iat": 1767323045, "exp": 1767326645}
                        """));
    }

    @Test
    void signs_a_token_for_an_audience_itself() throws IOException {
        assertThat(claims(key().token("https://aiplatform.googleapis.com/", NOW)))
                .isEqualTo(Json.MAPPER.readTree("""
                        {"iss": "relay@acme.iam.gserviceaccount.com", "sub": "relay@acme.iam.gserviceaccount.com",
                         "aud": "https://aiplatform.googleapis.com/", "iat": 1767323045, "exp": 1767326645}
                        """));
    }

    @Test
    void another_byte_is_another_signature() throws IOException {
        ServiceAccountKey key = key();

        assertThat(key.token("https://a.example/", NOW))
                .isEqualTo(key.token("https://a.example/", NOW))
                .isNotEqualTo(key.token("https://b.example/", NOW))
                .isNotEqualTo(key.token("https://a.example/", NOW.plusSeconds(1)));
        String token = key.token("https://a.example/", NOW);
        assertThat(verifies(token)).isTrue();
        assertThat(verifies(token.replaceFirst("\\.[a-zA-Z]", ".Z"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "not JSON, but private                           | is not valid JSON",
                "{}                                              | has no client_email",
                "{\"client_email\": \"a@b\", \"private_key\": \"private\"} | has no private_key in PKCS #8",
            })
    void says_what_is_wrong_with_a_file_and_repeats_nothing_of_it(String text, String problem) throws IOException {
        Path file = Files.writeString(directory.resolve("key.json"), text);

        assertThatThrownBy(() -> ServiceAccountKey.read(file))
                .isInstanceOf(IOException.class)
                .hasMessage(problem)
                .hasNoCause();
        assertThat(key()).hasToString("ServiceAccountKey[relay@acme.iam.gserviceaccount.com]");
    }

    private static ServiceAccountKey key() throws IOException {
        return ServiceAccountKey.read(ServiceAccountFile.write(directory.resolve("account.json")));
    }

    private static boolean verifies(String token) throws IOException {
        String[] parts = token.split("\\.", 3);
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initVerify(ServiceAccountFile.publicKey());
            signature.update((parts[0] + "." + parts[1]).getBytes(US_ASCII));
            return signature.verify(Base64.getUrlDecoder().decode(parts[2]));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static JsonNode claims(String token) throws IOException {
        assertThat(verifies(token)).isTrue();
        String[] parts = token.split("\\.", 3);
        assertThat(Json.MAPPER.readTree(Base64.getUrlDecoder().decode(parts[0])))
                .isEqualTo(Json.MAPPER.readTree("{\"alg\": \"RS256\", \"typ\": \"JWT\", \"kid\": \"key-1\"}"));
        return Json.MAPPER.readTree(Base64.getUrlDecoder().decode(parts[1]));
    }
}
