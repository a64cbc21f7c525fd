package io.jobrelay.cli;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Function;
import java.util.stream.Stream;

/** A column of a list: its head, and the text of an item of the API in it. */
record Column(String head, Function<JsonNode, String> cell) {
    /** The members of the item that are present. */
    static Column of(String head, String... pointers) {
        return new Column(
                head,
                item -> Stream.of(pointers)
                        .map(pointer -> text(item, pointer))
                        .filter(text -> !text.isEmpty())
                        .collect(joining(" ")));
    }

    /** The members of an object of the item, each as {@code name=value}. */
    static Column members(String head, String pointer) {
        return new Column(
                head,
                item -> item.at(pointer).properties().stream()
                        .map(member -> member.getKey() + "=" + value(member.getValue()))
                        .collect(joining(" ")));
    }

    private static String value(JsonNode node) {
        return node.isValueNode()
                ? node.asText()
                : node.valueStream().map(JsonNode::asText).collect(joining(","));
    }

    /** The progress of a job in few words; empty if unknown. */
    static Column progress(String pointer) {
        return new Column("PROGRESS", item -> progress(item.at(pointer + "/progress")));
    }

    /** A member as text, empty if it is absent. */
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
