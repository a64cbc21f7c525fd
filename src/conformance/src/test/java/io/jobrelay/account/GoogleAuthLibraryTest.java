package io.jobrelay.account;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.api.client.http.LowLevelHttpRequest;
import com.google.api.client.http.LowLevelHttpResponse;
import com.google.api.client.testing.http.MockHttpTransport;
import com.google.api.client.testing.http.MockLowLevelHttpRequest;
import com.google.api.client.testing.http.MockLowLevelHttpResponse;
import com.google.auth.oauth2.ServiceAccountCredentials;
import com.google.auth.oauth2.ServiceAccountJwtAccessCredentials;
import io.jobrelay.job.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our assertions and tokens of a service account say what those of google-auth-library say, and are signed alike. */
class GoogleAuthLibraryTest {
    @TempDir
    private static Path directory;

    private static String json;
    private static ServiceAccountKey key;

    @BeforeAll
    static void make_a_key() throws IOException, NoSuchAlgorithmException {
        byte[] encoded = KeyPairGenerator.getInstance("RSA")
                .generateKeyPair()
                .getPrivate()
                .getEncoded();
        json = Json.write(Map.of(
                "type", "service_account",
                "project_id", "acme",
                "client_id", "1",
                "client_email", "relay@acme.iam.gserviceaccount.com",
                "private_key_id", "key-1",
                "private_key",
                        "-----BEGIN PRIVATE KEY-----\n"
                                + Base64.getMimeEncoder().encodeToString(encoded) + "\n-----END PRIVATE KEY-----\n",
                "token_uri", "https://oauth2.googleapis.com/token"));
        key = ServiceAccountKey.read(Files.writeString(directory.resolve("key.json"), json));
    }

    @Test
    void asks_for_a_token_with_what_the_library_asks_with() throws IOException {
        List<String> forms = new ArrayList<>();
        MockHttpTransport transport = new MockHttpTransport() {
            @Override
            public LowLevelHttpRequest buildRequest(String method, String url) {
                assertThat(method + " " + url).isEqualTo("POST " + key.tokenUrl());
                return new MockLowLevelHttpRequest() {
                    @Override
                    public LowLevelHttpResponse execute() throws IOException {
                        forms.add(getContentAsString());
                        return new MockLowLevelHttpResponse()
                                .setContentType("application/json")
                                .setContent(
                                        "{\"access_token\": \"a\", \"expires_in\": 3599, \"token_type\": \"Bearer\"}");
                    }
                };
            }
        };

        ServiceAccountCredentials.fromStream(new ByteArrayInputStream(json.getBytes(UTF_8)), () -> transport)
                .createScoped("https://www.googleapis.com/auth/cloud-platform")
                .refreshAccessToken();

        String form = URLDecoder.decode(forms.get(0), UTF_8);
        assertThat(form).contains("grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer");
        String theirs = form.replaceFirst(".*assertion=([^&]*).*", "$1");
        String ours = key.assertion("https://www.googleapis.com/auth/cloud-platform", key.tokenUrl(), issued(theirs));
        assertThat(parts(ours)).isEqualTo(parts(theirs));
        assertThat(signedByUs(theirs)).isEqualTo(theirs);
    }

    @Test
    void signs_the_token_that_the_library_signs() throws IOException {
        Map<String, List<String>> headers = ServiceAccountJwtAccessCredentials.fromStream(
                        new ByteArrayInputStream(json.getBytes(UTF_8)),
                        URI.create("https://aiplatform.googleapis.com/"))
                .getRequestMetadata();
        String theirs = requireNonNull(headers.get("Authorization")).get(0).replaceFirst("Bearer ", "");

        assertThat(parts(key.token("https://aiplatform.googleapis.com/", issued(theirs))))
                .isEqualTo(parts(theirs));
        assertThat(signedByUs(theirs)).isEqualTo(theirs);
    }

    /** The library's own text with our signature: RS256 has one for a key and a text. */
    private static String signedByUs(String token) {
        String text = token.substring(0, token.lastIndexOf('.'));
        return text + "." + ServiceAccountKey.rs256(text, key.key());
    }

    private static Instant issued(String token) throws IOException {
        return Instant.ofEpochSecond(parts(token).path("claims").path("iat").asLong());
    }

    private static JsonNode parts(String token) throws IOException {
        String[] parts = token.split("\\.", 3);
        ObjectNode decoded = Json.MAPPER.createObjectNode();
        decoded.set("header", Json.MAPPER.readTree(Base64.getUrlDecoder().decode(parts[0])));
        decoded.set("claims", Json.MAPPER.readTree(Base64.getUrlDecoder().decode(parts[1])));
        return decoded;
    }
}
