package io.jobrelay.camel.validation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Where two JSON documents differ. */
final class JsonDifference {
    private static final int LONGEST = 100;

    private JsonDifference() {}

    /** One line for each place, none if they are equal: {@code /0/state: the mapping gives "RUNNING", was "QUEUED"}. */
    static List<String> between(JsonNode written, JsonNode given) {
        List<String> differences = new ArrayList<>();
        compare("", written, given, differences);
        return differences;
    }

    private static void compare(String place, JsonNode written, JsonNode given, List<String> differences) {
        if (written.equals(given)) {
            return;
        }
        if (written.isObject() && given.isObject()) {
            Set<String> names = new TreeSet<>();
            written.fieldNames().forEachRemaining(names::add);
            given.fieldNames().forEachRemaining(names::add);
            names.forEach(name -> compare(place + "/" + name, written.path(name), given.path(name), differences));
        } else if (written.isArray() && given.isArray()) {
            for (int i = 0; i < Math.max(written.size(), given.size()); i++) {
                compare(place + "/" + i, written.path(i), given.path(i), differences);
            }
        } else {
            differences.add("%s: the mapping gives %s, was %s".formatted(place, shown(given), shown(written)));
        }
    }

    private static String shown(JsonNode node) {
        String text = node.isMissingNode() ? "nothing" : node.toString();
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    }
}
