package io.jobrelay.logging;

/**
 * Text from outside as one line that does nothing to a terminal or to a reader: line breaks, control characters (the escape
 * sequences of terminals begin with one), marks that turn the direction of writing, other invisible ones and halves of
 * surrogate pairs are written as {@code \n} or <code>&#92;u202e</code>. The rest stays as it is.
 */
public final class PlainLine {
    /** Longest line that is shown unless another length is asked for, in characters. */
    static final int LONGEST = 8_192;

    private PlainLine() {}

    /** The text as one line; the end of an overlong one is left out, and how long it was is said. */
    public static String of(String text) {
        return of(text, LONGEST);
    }

    /** The text as one line whose text is not much longer than so many characters. */
    public static String of(String text, int longest) {
        StringBuilder line = new StringBuilder(Math.min(text.length(), longest));
        int next = 0;
        while (next < text.length() && line.length() < longest) {
            int character = text.codePointAt(next);
            append(line, character);
            next += Character.charCount(character);
        }
        return next == text.length()
                ? line.toString()
                : line.append("… (")
                        .append(text.length())
                        .append(" characters)")
                        .toString();
    }

    private static void append(StringBuilder line, int character) {
        switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> escape(line, character);
            default -> line.appendCodePoint(character);
        }
    }

    private static void escape(StringBuilder line, int character) {
        switch (character) {
            case '\n' -> line.append("\\n");
            case '\r' -> line.append("\\r");
            case '\t' -> line.append("\\t");
            default ->
                line.append(
                        Character.isBmpCodePoint(character)
                                ? "\\u%04x".formatted(character)
                                : "\\u{%x}".formatted(character));
        }
    }
}
