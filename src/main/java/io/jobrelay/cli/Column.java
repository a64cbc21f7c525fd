package io.jobrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Function;

/** A column of a list: its head, and what an item of the API has there. */
record Column(String head, Function<JsonNode, String> cell) {
    /** A member of the item, empty where it has none. */
    static Column of(String head, String pointer) {
        return new Column(head, item -> text(item, pointer));
    }

    /** How far a job has come, in few words; empty if nobody says. */
    static Column progress(String pointer) {
        return new Column("PROGRESS", item -> progress(item.at(pointer + "/progress")));
    }

    /** A member as text, empty where it is not there. */
    static String text(JsonNode item, String pointer) {
        return item.at(pointer).asText();
    }

    private static String progress(JsonNode progress) {
        if (progress.has("percent")) {
            return progress.path("percent").decimalValue().toPlainString() + " %";
        }
        return progress.has("completed") && progress.has("total")
                ? text(progress, "/completed") + " of " + text(progress, "/total")
                : "";
    }
}
