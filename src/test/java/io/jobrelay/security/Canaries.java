package io.jobrelay.security;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Secrets that stand for nothing, and the search for them. It knows nothing of how Jobrelay masks: it undoes every coding
 * that it can make out in what it searches, again and again, and looks for the plain secret.
 */
final class Canaries {
    private static final BitSet BASE64 = digits("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-");
    private static final int LEAST_BASE64 = 12;
    private static final BitSet HEX = digits("0123456789ABCDEFabcdef");
    private static final int LEAST_HEX = 16;
    private static final Pattern ESCAPE = Pattern.compile("\\\\u([0-9A-Fa-f]{4})");
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final int DEPTH = 3;

    private final Map<String, String> secrets = new LinkedHashMap<>();

    /** A new one; the core of each can be told apart, and has characters that codings change. */
    String plant(String place) {
        String secret =
                "Cnry" + secrets.size() + "/" + Integer.toHexString(place.hashCode()) + "+aZ9=" + secrets.size();
        secrets.put(place, secret);
        return secret;
    }

    /** A new one without characters that are something else in a URL. */
    String plantPlain(String place) {
        String secret =
                "Cnry" + secrets.size() + "x" + Integer.toHexString(place.hashCode()) + "qZ9Kb" + secrets.size();
        secrets.put(place, secret);
        return secret;
    }

    /** A new key of a webhook. */
    String plantWebhookKey(String place) {
        String key = "Cnry" + secrets.size() + "-raw-webhook-key-of-32-byt";
        secrets.put(place + " (raw)", key);
        String secret = Base64.getEncoder().encodeToString(key.getBytes(UTF_8));
        secrets.put(place, secret);
        return "whsec_" + secret;
    }

    /** Where which secret was found, in words; empty if none was. */
    List<String> in(String where, String text) {
        return in(where, text.getBytes(UTF_8));
    }

    List<String> in(String where, byte[] bytes) {
        List<String> found = new ArrayList<>();
        look(where, words(new String(bytes, ISO_8859_1)), DEPTH, found);
        return found;
    }

    /** In every file below, and in every name. */
    List<String> inFiles(Path directory, Path... except) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList()) {
                if (Files.isRegularFile(file) && !List.of(except).contains(file)) {
                    found.addAll(in(file.toString(), Files.readAllBytes(file)));
                }
                found.addAll(in("name of " + file, file.toString()));
            }
        }
        return found;
    }

    /** Every word once: logs repeat themselves, and no secret and no coding of one has a blank in it. */
    private static String words(String text) {
        return String.join(" ", new LinkedHashSet<>(Arrays.asList(BLANKS.split(text))));
    }

    private void look(String where, String text, int depth, List<String> found) {
        secrets.forEach((place, secret) -> {
            int at = text.indexOf(secret);
            if (at >= 0) {
                String around = text.substring(Math.max(0, at - 160), Math.min(text.length(), at + 60));
                found.add(where + " has " + place + ": " + around.replaceAll("\\p{Cntrl}", "."));
            }
        });
        if (depth == 0 || !found.isEmpty()) {
            return;
        }
        decode(text, (coding, decoded) -> {
            if (!decoded.isBlank()) {
                look(where + " > " + coding, decoded, depth - 1, found);
            }
        });
    }

    private static void decode(String text, BiConsumer<String, String> take) {
        take.accept("url", changed(text, Canaries::percentDecoded));
        take.accept("json", changed(text, Canaries::unescaped));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        runs(text, HEX, LEAST_HEX, run -> {
            bytes.writeBytes(HexFormat.of().parseHex(run, 0, run.length() / 2 * 2));
            bytes.write(' ');
        });
        take.accept("hex", bytes.toString(ISO_8859_1));
        bytes.reset();
        runs(text, BASE64, LEAST_BASE64, run -> {
            String digits = run.replace('-', '+').replace('_', '/');
            // Wherever the run begins, one of four cuts is a group of four digits.
            for (int cut = 0; cut < 4; cut++) {
                int end = (digits.length() - cut) % 4 == 1 ? digits.length() - 1 : digits.length();
                bytes.writeBytes(Base64.getDecoder().decode(digits.substring(cut, end)));
                bytes.write(' ');
            }
        });
        take.accept("base64", bytes.toString(ISO_8859_1));
    }

    /** What becomes of the words that such a decoding changes; the others have been looked at. */
    private static String changed(String text, UnaryOperator<String> decoding) {
        return BLANKS.splitAsStream(text)
                .map(word -> {
                    String decoded = decoding.apply(word);
                    return decoded.equals(word) ? "" : decoded;
                })
                .filter(decoded -> !decoded.isEmpty())
                .distinct()
                .collect(joining(" "));
    }

    private static BitSet digits(String digits) {
        BitSet set = new BitSet();
        digits.chars().forEach(set::set);
        return set;
    }

    /** Gives all that is written in those digits without a break. By hand: there are hundreds of megabytes to go through. */
    private static void runs(String text, BitSet digits, int least, Consumer<String> take) {
        int begin = 0;
        for (int at = 0; at <= text.length(); at++) {
            if (at == text.length() || !digits.get(text.charAt(at))) {
                if (at - begin >= least) {
                    take.accept(text.substring(begin, at));
                }
                begin = at + 1;
            }
        }
    }

    private static String percentDecoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        try {
            return URLDecoder.decode(text.replaceAll("%(?![0-9A-Fa-f]{2})", "%25"), ISO_8859_1);
        } catch (IllegalArgumentException e) {
            throw new AssertionError(e);
        }
    }

    private static String unescaped(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        return ESCAPE.matcher(text)
                .replaceAll(escape ->
                        Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(escape.group(1), 16))))
                .replaceAll("\\\\(.)", "$1");
    }
}
