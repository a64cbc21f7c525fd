package io.jobrelay.secrets;

import static java.util.stream.Collectors.groupingBy;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds any of some texts in another in one pass, however many they are, by the algorithm of Wu and Manber: four characters
 * of the other text, which are one {@code long}, tell how far none of them can end. Where two begin at the same place, the
 * longer is found.
 */
final class MultiPatternMatcher {
    private static final int WINDOW = Long.BYTES / Character.BYTES;
    private static final int FOLDED = 1 << Character.SIZE;

    /** All are looked for by their beginning of this length. */
    private final int length;

    /** By the last window of the beginning. */
    private final Map<Long, List<String>> byWindow;

    /** By a folded window: how many characters further a beginning can end at the earliest. */
    private final byte[] skips = new byte[FOLDED];

    /**
     * @param texts of at least four characters each
     */
    MultiPatternMatcher(Set<String> texts) {
        length = texts.stream().mapToInt(String::length).reduce(Byte.MAX_VALUE, Math::min);
        byWindow = texts.stream()
                .sorted(Comparator.comparing(String::length).reversed())
                .collect(groupingBy(text -> window(text, length)));
        Arrays.fill(skips, (byte) (length - WINDOW + 1));
        for (String text : texts) {
            for (int end = WINDOW; end <= length; end++) {
                int folded = fold(window(text, end));
                skips[folded] = (byte) Math.min(skips[folded], length - end);
            }
        }
    }

    /** The text with the replacement for each of them; the same text where there is none. */
    String replaceIn(String text, String replacement) {
        StringBuilder replaced = null;
        int copied = 0;
        int end = length;
        while (end <= text.length()) {
            long window = window(text, end);
            int skip = skips[fold(window)];
            int begin = end - length;
            end += Math.max(skip, 1);
            if (skip > 0) {
                continue;
            }
            for (String needle : byWindow.getOrDefault(window, List.of())) {
                if (text.startsWith(needle, begin)) {
                    replaced = replaced == null ? new StringBuilder() : replaced;
                    replaced.append(text, copied, begin).append(replacement);
                    copied = begin + needle.length();
                    end = copied + length;
                    break;
                }
            }
        }
        return replaced == null
                ? text
                : replaced.append(text, copied, text.length()).toString();
    }

    /** The four characters before the end. */
    private static long window(String text, int end) {
        long window = 0;
        for (int i = end - WINDOW; i < end; i++) {
            window = window << Character.SIZE | text.charAt(i);
        }
        return window;
    }

    private static int fold(long window) {
        return (int) ((window * 0x9E3779B97F4A7C15L) >>> (Long.SIZE - Character.SIZE));
    }
}
