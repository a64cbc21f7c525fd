package io.jobrelay.camel;

import io.jobrelay.settings.Problem;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.thisptr.jackson.jq.JsonQuery;
import net.thisptr.jackson.jq.Versions;
import net.thisptr.jackson.jq.exception.JsonQueryException;

/** Compiles a mapping, as camel-jq does. */
final class MappingCheck {
    private static final Pattern PLACE = Pattern.compile("at line (\\d+), column (\\d+)");

    private MappingCheck() {}

    static List<Problem> problems(String file, String text) {
        try {
            JsonQuery.compile(text, Versions.JQ_1_7);
            return List.of();
        } catch (JsonQueryException e) {
            Matcher place = PLACE.matcher(String.valueOf(e.getCause()));
            return List.of(
                    place.find()
                            ? new Problem(
                                    file,
                                    Integer.parseInt(place.group(1)),
                                    "is not valid jq from column %s on".formatted(place.group(2)))
                            : new Problem(file, 0, "is not valid jq: " + e.getMessage()));
        }
    }
}
