package io.jobrelay.cli;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Function;
import java.util.stream.Stream;

/** A column of a list: its head, and what an item of the API has there. */
record Column(String head, Function<JsonNode, String> cell) {
    /** Members of the item, those that it has. */
    static Column of(String head, String... pointers) {
        return new Column(
                head,
                item -> Stream.of(pointers)
                        .map(pointer -> text(item, pointer))
                        .filter(text -> !text.isEmpty())
                        .collect(joining(" ")));
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
