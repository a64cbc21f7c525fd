package io.jobrelay.secrets;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The forms in which a secret may turn up in a text: as it is; escaped as in JSON; percent-encoded once and twice, as
 * signatures and forms do it; as hexadecimal digits; and in Base64 of both alphabets, also in the midst of something
 * longer, where it is the digits that it alone decides that are found.
 */
final class SecretForms {
    private static final Pattern OCTET = Pattern.compile("%..");
    private static final int BITS_PER_DIGIT = 6;
    private static final int BYTES_PER_GROUP = 3;

    private SecretForms() {}

    static Set<String> of(byte[] secret) {
        Set<String> forms = new LinkedHashSet<>();
        String text = new String(secret, UTF_8);
        if (Arrays.equals(text.getBytes(UTF_8), secret)) {
            addTexts(forms, text);
        }
        forms.add(new String(secret, ISO_8859_1)); // of a body that is taken byte for byte
        forms.add(HexFormat.of().formatHex(secret));
        forms.add(HexFormat.of().withUpperCase().formatHex(secret));
        for (int before = 0; before < BYTES_PER_GROUP; before++) {
            forms.add(digits(Base64.getEncoder(), secret, before));
            forms.add(digits(Base64.getUrlEncoder(), secret, before));
        }
        forms.removeIf(form -> form.length() < Secrets.SHORTEST);
        return forms;
    }

    private static void addTexts(Set<String> forms, String text) {
        forms.add(text);
        String json = text.replace("\\", "\\\\").replace("\"", "\\\"");
        forms.add(json);
        forms.add(json.replace("/", "\\/"));
        String form = URLEncoder.encode(text, UTF_8);
        String strict = form.replace("+", "%20").replace("*", "%2A").replace("%7E", "~");
        for (String once : List.of(form, strict)) {
            forms.add(once);
            forms.add(lowerCaseOctets(once));
            forms.add(once.replace("%", "%25"));
        }
    }

    private static String lowerCaseOctets(String encoded) {
        return OCTET.matcher(encoded).replaceAll(octet -> octet.group().toLowerCase(Locale.ROOT));
    }

    /** The digits that are the same whatever stands around the secret, after so many other bytes. */
    private static String digits(Base64.Encoder encoder, byte[] secret, int before) {
        byte[] group = new byte[before + secret.length];
        System.arraycopy(secret, 0, group, before, secret.length);
        String all = new String(encoder.encode(group), US_ASCII);
        int from = (before * Byte.SIZE + BITS_PER_DIGIT - 1) / BITS_PER_DIGIT;
        int to = group.length * Byte.SIZE / BITS_PER_DIGIT;
        return all.substring(from, to);
    }
}
