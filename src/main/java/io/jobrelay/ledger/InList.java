package io.jobrelay.ledger;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The values that a statement looks for. Their number becomes a power of two, by repeating the last: a statement has few forms
 * then, and a database plans each of them once.
 */
final class InList {
    private InList() {}

    /**
     * @param values not empty
     */
    static <T> List<T> of(Collection<T> values) {
        List<T> padded = new ArrayList<>(values);
        T last = padded.get(padded.size() - 1);
        while (Integer.bitCount(padded.size()) > 1) {
            padded.add(last);
        }
        return padded;
    }
}
