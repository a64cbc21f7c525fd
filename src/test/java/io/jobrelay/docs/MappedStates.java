package io.jobrelay.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The states that a mapping knows, as its {@code def states} and {@code def reasons} have them. */
final class MappedStates {
    private static final Pattern ENTRY = Pattern.compile("\"(\\w+)\": \"(\\w+)\"");

    private MappedStates() {}

    /** A row each of the provider's state, the state, and the reason, empty where there is none. */
    static List<List<String>> of(Path mapping) throws IOException {
        String text = Files.readString(mapping);
        Map<String, String> reasons = table(text, "reasons");
        return table(text, "states").entrySet().stream()
                .map(entry -> List.of(entry.getKey(), entry.getValue(), reasons.getOrDefault(entry.getKey(), "")))
                .toList();
    }

    /** The entries of {@code def <name>: {...};}. */
    private static Map<String, String> table(String jq, String name) {
        Map<String, String> table = new TreeMap<>();
        Matcher definition =
                Pattern.compile("def " + name + ": \\{(.*?)}", Pattern.DOTALL).matcher(jq);
        if (definition.find()) {
            Matcher entry = ENTRY.matcher(definition.group(1));
            while (entry.find()) {
                table.put(entry.group(1), entry.group(2));
            }
        }
        return table;
    }
}
