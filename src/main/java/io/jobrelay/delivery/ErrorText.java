package io.jobrelay.delivery;

import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Makes of what a destination or a library said something to keep, log and show: without what is confidential, in one line
 * of at most {@link #LONGEST} characters.
 */
public final class ErrorText {
    /** The most characters that are kept. */
    public static final int LONGEST = 1_000;

    private static final String MASK = "***";
    private static final String CUT = "...";

    private final List<String> confidential;

    /**
     * @param confidential texts that no error may show, such as keys and passwords
     */
    public ErrorText(Set<String> confidential) {
        // The longest first: one may be a part of another.
        this.confidential = confidential.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    /** What may be kept of the text. */
    public String of(String text) {
        String masked = text;
        for (String secret : confidential) {
            masked = masked.replace(secret, MASK);
        }
        String line = escaped(masked);
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST - CUT.length()) + CUT;
    }

    /** The text with every character that would do something to a terminal or a log written as a Java escape. */
    public static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        text.codePoints().forEach(character -> {
            if (shows(character)) {
                escaped.appendCodePoint(character);
            } else {
                escaped.append((Character.isBmpCodePoint(character) ? "\\u%04x" : "\\U%08x").formatted(character));
            }
        });
        return escaped.toString();
    }

    private static boolean shows(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }
}
