package io.jobrelay.trust;

import static java.util.stream.Collectors.groupingBy;

import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds any of some texts in another in one pass, however many they are: by their first four characters, which are one
 * {@code long}. Where two begin at the same place, the longer is found.
 */
final class Needles {
    private static final int WINDOW = Long.BYTES / Character.BYTES;
    private static final int FOLDED = 1 << Character.SIZE;

    private final Map<Long, List<String>> byBeginning;
    private final BitSet folded = new BitSet(FOLDED);

    /**
     * @param texts of at least four characters each
     */
    Needles(Set<String> texts) {
        byBeginning = texts.stream()
                .sorted(Comparator.comparing(String::length).reversed())
                .collect(groupingBy(text -> window(text)));
        byBeginning.keySet().forEach(window -> folded.set(fold(window)));
    }

    /** The text with the replacement for each of them; the same text where there is none. */
    String replaceIn(String text, String replacement) {
        StringBuilder replaced = null;
        int copied = 0;
        long window = 0;
        for (int i = 0; i < text.length(); i++) {
            window = window << Character.SIZE | text.charAt(i);
            int begin = i - WINDOW + 1;
            if (begin < copied || !folded.get(fold(window))) {
                continue;
            }
            for (String needle : byBeginning.getOrDefault(window, List.of())) {
                if (text.startsWith(needle, begin)) {
                    replaced = replaced == null ? new StringBuilder() : replaced;
                    replaced.append(text, copied, begin).append(replacement);
                    copied = begin + needle.length();
                    break;
                }
            }
        }
        return replaced == null
                ? text
                : replaced.append(text, copied, text.length()).toString();
    }

    private static long window(String text) {
        long window = 0;
        for (int i = 0; i < WINDOW; i++) {
            window = window << Character.SIZE | text.charAt(i);
        }
        return window;
    }

    /** Spares nearly every place in a text the look into the map. */
    private static int fold(long window) {
        return (int) ((window * 0x9E3779B97F4A7C15L) >>> (Long.SIZE - Character.SIZE));
    }
}
