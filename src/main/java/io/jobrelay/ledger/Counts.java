package io.jobrelay.ledger;

import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.statement.Query;

/** Rows of a name and a number. */
final class Counts {
    private Counts() {}

    static Map<String, Long> of(Query query) {
        Map<String, Long> counts = new TreeMap<>();
        query.map((row, context) -> Map.entry(row.getString(1), row.getLong(2)))
                .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
        return counts;
    }
}
