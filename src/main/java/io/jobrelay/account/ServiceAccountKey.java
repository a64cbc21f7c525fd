package io.jobrelay.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The key of a Google service account, as its JSON file has it. What it signs is good for an hour. Never shows the key.
 *
 * @param email who the account is
 * @param id which of its keys this is
 * @param tokenUrl where its assertions become tokens
 */
public record ServiceAccountKey(String email, String id, PrivateKey key, String tokenUrl) {
    /** How long what it signs is good for, from the moment it is signed. */
    public static final Duration LIFE = Duration.ofHours(1);

    /**
     * Reads the file.
     *
     * @throws IOException if it cannot be read, or is no key of a service account; the message repeats nothing of it
     */
    public static ServiceAccountKey read(Path file) throws IOException {
        JsonNode json;
        try {
            json = Json.MAPPER.readTree(Files.readString(file));
        } catch (JsonProcessingException e) {
            throw new IOException("is not valid JSON");
        } catch (IOException e) {
            throw new IOException("cannot be read", e);
        }
        String pem = json.path("private_key").asText().replaceAll("-----[A-Z ]+-----|\\s", "");
        String email = json.path("client_email").asText();
        if (email.isEmpty()) {
            throw new IOException("has no client_email");
        }
        try {
            PrivateKey key = KeyFactory.getInstance("RSA")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
            return new ServiceAccountKey(
                    email,
                    json.path("private_key_id").asText(),
                    key,
                    json.path("token_uri").asText("https://oauth2.googleapis.com/token"));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("has no private_key in PKCS #8");
        }
    }

    /** The assertion that becomes a token for the scope at the token URL. */
    public String assertion(String scope, String url, Instant now) {
        return signed(Map.of("aud", url, "scope", scope), now);
    }

    /** A token for the audience, such as {@code https://aiplatform.googleapis.com/}, that needs no call. */
    public String token(String audience, Instant now) {
        return signed(Map.of("aud", audience, "sub", email), now);
    }

    private String signed(Map<String, String> more, Instant now) {
        Map<String, Object> claims = new LinkedHashMap<>(more);
        claims.put("iss", email);
        claims.put("iat", now.getEpochSecond());
        claims.put("exp", now.plus(LIFE).getEpochSecond());
        String text = encoded(Map.of("alg", "RS256", "typ", "JWT", "kid", id)) + "." + encoded(claims);
        return text + "." + rs256(text, key);
    }

    private static String encoded(Map<String, ?> part) {
        return encoded(Json.write(part).getBytes(UTF_8));
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** RSASSA-PKCS1-v1_5 with SHA-256, RFC 7518, section 3.3. */
    static String rs256(String text, PrivateKey key) {
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(text.getBytes(UTF_8));
            return encoded(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("an RSA key signs", e);
        }
    }

    @Override
    public String toString() {
        return "ServiceAccountKey[" + email + "]";
    }
}
