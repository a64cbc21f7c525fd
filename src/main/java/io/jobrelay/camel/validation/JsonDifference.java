package io.jobrelay.camel.validation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A place where two JSON documents differ.
 *
 * @param path the names and indexes that lead there
 * @param written what should be there, missing for nothing
 * @param given what is there
 */
record JsonDifference(List<String> path, JsonNode written, JsonNode given) {
    private static final int LONGEST = 100;

    JsonDifference {
        path = List.copyOf(path);
    }

    /** All differences, none if the documents are equal. */
    static List<JsonDifference> between(JsonNode written, JsonNode given) {
        List<JsonDifference> differences = new ArrayList<>();
        compare(List.of(), written, given, true, differences);
        return differences;
    }

    /** The differences in members that are written; null stands for one that must not be there. */
    static List<JsonDifference> inWritten(JsonNode written, JsonNode given) {
        List<JsonDifference> differences = new ArrayList<>();
        compare(List.of(), written, given, false, differences);
        return differences;
    }

    private static void compare(
            List<String> path, JsonNode written, JsonNode given, boolean whole, List<JsonDifference> differences) {
        if (written.equals(given) || (!whole && alike(written, given))) {
            return;
        }
        if (written.isObject() && given.isObject()) {
            Set<String> names = new TreeSet<>();
            written.fieldNames().forEachRemaining(names::add);
            if (whole) {
                given.fieldNames().forEachRemaining(names::add);
            }
            names.forEach(name -> compare(below(path, name), written.path(name), given.path(name), whole, differences));
        } else if (written.isArray() && given.isArray()) {
            for (int i = 0; i < Math.max(written.size(), given.size()); i++) {
                compare(below(path, String.valueOf(i)), written.path(i), given.path(i), whole, differences);
            }
        } else {
            differences.add(new JsonDifference(path, written, given));
        }
    }

    private static boolean alike(JsonNode written, JsonNode given) {
        return (written.isNumber() && given.isNumber())
                ? written.decimalValue().compareTo(given.decimalValue()) == 0
                : written.isNull() && given.isMissingNode();
    }

    private static List<String> below(List<String> path, String name) {
        List<String> below = new ArrayList<>(path);
        below.add(name);
        return below;
    }

    /** What is shown of a value: {@code nothing} where there is none. */
    static String shown(JsonNode node) {
        String text = node.isMissingNode() || node.isNull() ? "nothing" : node.toString();
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    }
}
