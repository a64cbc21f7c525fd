package io.jobrelay.sandbox;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A Google service account of the sandbox. It has a key once its key file has been asked for. */
final class ServiceAccount {
    private final String email;
    private volatile @Nullable KeyPair keys;

    ServiceAccount(String name) {
        this.email = name + "@sandbox.iam.gserviceaccount.com";
    }

    /** Writes its key file, with a new key, which is deleted when this process ends. */
    Path keyFile() throws IOException {
        KeyPair made = generate();
        keys = made;
        String pem = Base64.getMimeEncoder().encodeToString(made.getPrivate().getEncoded());
        Path file = Files.createTempFile("jobrelay-sandbox-", ".json");
        file.toFile().deleteOnExit();
        return Files.writeString(
                file,
                Json.write(Map.of(
                        "type",
                        "service_account",
                        "client_email",
                        email,
                        "private_key_id",
                        "sandbox",
                        "private_key",
                        "-----BEGIN PRIVATE KEY-----\n" + pem + "\n-----END PRIVATE KEY-----\n")));
    }

    private static KeyPair generate() {
        try {
            return KeyPairGenerator.getInstance("RSA").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has RSA", e);
        }
    }

    /** What a token says that this account has signed and that is good now; empty for any other. */
    Optional<JsonNode> claims(String token, Instant now) {
        KeyPair signing = keys;
        String[] parts = token.split("\\.", -1);
        if (signing == null || parts.length != 3) {
            return Optional.empty();
        }
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initVerify(signing.getPublic());
            signature.update((parts[0] + "." + parts[1]).getBytes(US_ASCII));
            JsonNode claims = Json.MAPPER.readTree(Base64.getUrlDecoder().decode(parts[1]));
            boolean timely = claims.path("iat").asLong() <= now.getEpochSecond()
                    && claims.path("exp").asLong() > now.getEpochSecond();
            return signature.verify(Base64.getUrlDecoder().decode(parts[2]))
                            && timely
                            && claims.path("iss").asText().equals(email)
                    ? Optional.of(claims)
                    : Optional.empty();
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
