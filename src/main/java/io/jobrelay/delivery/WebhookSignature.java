package io.jobrelay.delivery;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs a webhook as <a href="https://github.com/standard-webhooks/standard-webhooks">Standard Webhooks 1.0</a> lays
 * down: {@code v1} (HMAC-SHA256) for a {@code whsec_} secret, {@code v1a} (ed25519) for a {@code whsk_} one. While
 * secrets are exchanged it signs with all of them. Never shows one.
 */
public final class WebhookSignature {
    private static final int MOST_KEYS = 3;

    private final List<Key> keys;

    /** Signs bytes; the answer is one entry of the header, such as {@code v1,g0hM9S...}. */
    private interface Key {
        String sign(byte[] content) throws GeneralSecurityException;
    }

    /**
     * @param secrets the live ones, newest first, from 1 to 3
     * @throws IllegalArgumentException when one is not a secret; the message says which, not what
     */
    public WebhookSignature(List<String> secrets) {
        Objects.requireNonNull(secrets, "secrets is null");
        if (secrets.isEmpty() || secrets.size() > MOST_KEYS) {
            throw new IllegalArgumentException("must be 1 to " + MOST_KEYS + " webhook secrets, were " + secrets.size()
                    + (secrets.isEmpty() ? "" : ": take out the oldest, which stand last"));
        }
        keys = IntStream.range(0, secrets.size())
                .mapToObj(i -> key(secrets.get(i), "webhook secret " + (i + 1) + " of " + secrets.size()))
                .toList();
    }

    /**
     * The three headers of one attempt.
     *
     * @param eventId the same for every attempt; without dots, since a dot separates what is signed
     * @param now the time of this attempt
     * @param body the exact bytes that are sent
     */
    public Map<String, String> headers(String eventId, Instant now, byte[] body) {
        if (eventId.isEmpty() || eventId.indexOf('.') >= 0) {
            throw new IllegalArgumentException("event id must not be empty or have a dot, was \"" + eventId + "\"");
        }
        String timestamp = Long.toString(now.getEpochSecond());
        byte[] head = (eventId + "." + timestamp + ".").getBytes(US_ASCII);
        byte[] content = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, content, head.length, body.length);
        String signatures = keys.stream().map(key -> sign(key, content)).collect(Collectors.joining(" "));
        return Map.of("webhook-id", eventId, "webhook-timestamp", timestamp, "webhook-signature", signatures);
    }

    @Override
    public String toString() {
        return "WebhookSignature[" + keys.size() + (keys.size() == 1 ? " secret]" : " secrets]");
    }

    private static String sign(Key key, byte[] content) {
        try {
            return key.sign(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java 17 has HmacSHA256 and Ed25519", e);
        }
    }

    private static Key key(String secret, String name) {
        if (secret.startsWith("whsec_")) {
            byte[] bytes = decoded(secret.substring(6), name);
            if (bytes.length < 24 || bytes.length > 64) {
                throw new IllegalArgumentException(name + " must be 24 to 64 bytes, was " + bytes.length
                        + " bytes: make one with: echo whsec_$(openssl rand -base64 32)");
            }
            SecretKeySpec key = new SecretKeySpec(bytes, "HmacSHA256");
            return content -> "v1," + encoded(hmac(key, content));
        }
        if (secret.startsWith("whsk_")) {
            byte[] bytes = decoded(secret.substring(5), name);
            if (bytes.length != 32 && bytes.length != 64) {
                throw new IllegalArgumentException(
                        name + " must be an ed25519 key of 32 or 64 bytes, was " + bytes.length + " bytes");
            }
            byte[] seed = Arrays.copyOf(bytes, 32);
            return content -> "v1a," + encoded(ed25519(seed, content));
        }
        throw new IllegalArgumentException(name + " must begin with whsec_ (or whsk_ for ed25519)");
    }

    private static byte[] hmac(SecretKeySpec key, byte[] content) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(key);
        return mac.doFinal(content);
    }

    private static byte[] ed25519(byte[] seed, byte[] content) throws GeneralSecurityException {
        PrivateKey key = KeyFactory.getInstance("Ed25519")
                .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(key);
        signature.update(content);
        return signature.sign();
    }

    private static byte[] decoded(String text, String name) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            // Not as the cause: its message shows a character of the secret.
            throw new IllegalArgumentException(name + " must be base64 after its prefix, was not");
        }
    }

    private static String encoded(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
