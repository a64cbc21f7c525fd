package io.jobrelay.http;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where in the body the problems of a watch are. A problem begins with its member, as in {@code parameters.job_id: ...},
 * which is what a watch file's reader is told; a program is told by JSON pointer.
 */
final class WatchErrors {
    private static final int MOST = 50;

    private WatchErrors() {}

    static List<ProblemDocument.Place> of(JsonNode body, List<String> problems) {
        return problems.stream()
                .limit(MOST)
                .map(problem -> place(body, problem))
                .toList();
    }

    /** Of a member that is there the whole name counts, dots and colons and all. */
    private static ProblemDocument.Place place(JsonNode body, String problem) {
        List<String> path = new ArrayList<>();
        String rest = problem;
        JsonNode node = body;
        for (String member = member(node, rest); member != null; member = member(node, rest)) {
            path.add(member);
            rest = rest.substring(member.length() + 1);
            node = node.path(member);
        }
        if (path.isEmpty()
                || !problem.substring(String.join(".", path).length()).startsWith(":")) {
            // A member that is missing: its name is one of ours.
            String missing = rest.replaceFirst("(?s):.*", "");
            if (missing.matches("[A-Za-z0-9._-]+")) {
                path.addAll(List.of(missing.split("\\.")));
            }
        }
        JsonPointer pointer = JsonPointer.empty();
        for (String member : path) {
            pointer = pointer.appendProperty(member);
        }
        return new ProblemDocument.Place(pointer.toString(), problem);
    }

    private static @Nullable String member(JsonNode node, String problem) {
        String found = null;
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            String name = entry.getKey();
            boolean begins = problem.startsWith(name + ":") || problem.startsWith(name + ".");
            if (begins && (found == null || name.length() > found.length())) {
                found = name;
            }
        }
        return found;
    }
}
