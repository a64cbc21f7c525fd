package io.jobrelay.signing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** SHA-256, and HMAC-SHA256 of UTF-8 text; hexadecimal forms are in lower case. For any number of threads. */
public final class Digests {

    private static final String MAC = "HmacSHA256";

    /** To look an algorithm up takes longer than to use it. */
    private static final ThreadLocal<Digests> OF_THREAD = ThreadLocal.withInitial(Digests::new);

    private final MessageDigest sha256;
    private final Mac mac;

    private Digests() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
            mac = Mac.getInstance(MAC);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256 and " + MAC, e);
        }
    }

    static String sha256Hex(String text) {
        return sha256Hex(utf8(text));
    }

    public static String sha256Hex(byte[] octets) {
        return HexFormat.of().formatHex(sha256(octets));
    }

    public static byte[] sha256(byte[] octets) {
        return OF_THREAD.get().sha256.digest(octets);
    }

    static byte[] hmacSha256(byte[] key, String text) {
        Mac mac = OF_THREAD.get().mac;
        try {
            mac.init(new SecretKeySpec(key, MAC));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(MAC + " takes any key", e);
        }
        return mac.doFinal(utf8(text));
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
