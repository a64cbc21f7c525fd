package io.jobrelay.signing;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Percent-encoding as all the schemes want it: RFC 3986, section 2, over UTF-8.
 *
 * <p>Only the unreserved characters {@code A-Z a-z 0-9 - . _ ~} stay; every other octet becomes {@code %XX} in upper
 * case. A blank is {@code %20}, and {@code +} means a plus.
 */
public final class PercentEncoding {

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private PercentEncoding() {}

    /**
     * The encoded form of a text.
     *
     * @throws IllegalArgumentException if it has half a surrogate pair and so no form in UTF-8
     */
    public static String encode(String text) {
        if (isUnreserved(text)) {
            return text;
        }
        ByteBuffer octets;
        try {
            octets = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("text: valid Unicode, has half a surrogate pair", e);
        }
        StringBuilder encoded = new StringBuilder(octets.remaining());
        while (octets.hasRemaining()) {
            byte octet = octets.get();
            if (isUnreserved(octet)) {
                encoded.append((char) octet);
            } else {
                encoded.append('%').append(HEX.toHexDigits(octet));
            }
        }
        return encoded.toString();
    }

    /**
     * The text behind an encoded one; reserved characters that were left as they are stay as they are.
     *
     * @throws IllegalArgumentException if a {@code %} lacks its two hexadecimal digits, if a character cannot stand in
     *     a URI (blanks, controls, anything beyond ASCII), or if the octets are not UTF-8
     */
    public static String decode(String encoded) {
        if (isUnreserved(encoded)) {
            return encoded;
        }
        ByteBuffer octets = ByteBuffer.allocate(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            if (c == '%') {
                octets.put(octetAt(encoded, i));
                i += 2;
            } else if (c > ' ' && c < 0x7f) {
                octets.put((byte) c);
            } else {
                throw new IllegalArgumentException("encoded text: visible ASCII, has another character at " + i);
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(octets.flip()).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("encoded text: UTF-8, has other octets", e);
        }
    }

    private static byte octetAt(String encoded, int percent) {
        if (percent + 2 >= encoded.length()
                || !HexFormat.isHexDigit(encoded.charAt(percent + 1))
                || !HexFormat.isHexDigit(encoded.charAt(percent + 2))) {
            throw new IllegalArgumentException(
                    "encoded text: two hexadecimal digits after each %, not after the one at " + percent);
        }
        return (byte) HexFormat.fromHexDigits(encoded, percent + 1, percent + 3);
    }

    /** Such a text is its own encoded form. */
    private static boolean isUnreserved(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isUnreserved(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isUnreserved(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "-._~".indexOf(c) >= 0;
    }
}
