package io.jobrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Whether a command prints for people or for programs. */
final class FormOptions {
    @Option(names = "--json", description = "Print a JSON document a line.")
    private boolean json;

    boolean json() {
        return json;
    }

    /**
     * Prints each item as the API gives it, or as a row.
     *
     * @param row the cells of an item; a {@link JsonNode} that is missing is an empty one
     */
    void print(CommandSpec spec, List<JsonNode> items, TextTable table, Function<JsonNode, Object[]> row) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            items.forEach(item -> out.println(Json.write(item)));
        } else {
            items.forEach(item -> table.row(row.apply(item)));
            table.lines().forEach(out::println);
        }
        out.flush();
    }

    /** A member as a cell; empty if it is not there. */
    static String text(JsonNode item, String pointer) {
        return item.at(pointer).asText();
    }

    /** How far a job has come, in few words; empty if nobody says. */
    static String progress(JsonNode job) {
        JsonNode progress = job.path("progress");
        if (progress.has("percent")) {
            return progress.path("percent").decimalValue().toPlainString() + " %";
        }
        return progress.has("completed") && progress.has("total")
                ? progress.path("completed").asText() + " of "
                        + progress.path("total").asText()
                : "";
    }
}
