package io.jobrelay.signing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** SHA-256 and HMAC-SHA256 of UTF-8 text; hexadecimal forms are in lower case. */
final class Digests {

    private static final String MAC = "HmacSHA256";

    private Digests() {}

    static String sha256Hex(String text) {
        return sha256Hex(utf8(text));
    }

    static String sha256Hex(byte[] octets) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static byte[] hmacSha256(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(key, MAC));
            return mac.doFinal(utf8(text));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + MAC, e);
        }
    }

    static String hmacSha256Hex(String key, String text) {
        return hmacSha256Hex(utf8(key), text);
    }

    static String hmacSha256Hex(byte[] key, String text) {
        return HexFormat.of().formatHex(hmacSha256(key, text));
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
