package io.jobrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Whether a command prints for people or for programs. */
class FormatOptions {
    @Option(names = "--json", description = "Print a JSON document a line.")
    boolean json;

    /** Prints each item as the API gives it, or as a row of a table. */
    void print(PrintWriter out, List<JsonNode> items, Column... columns) {
        if (json) {
            items.forEach(item -> out.println(Json.write(item)));
        } else {
            TextTable table = new TextTable(Stream.of(columns).map(Column::head).toArray(String[]::new));
            items.forEach(item -> table.row(
                    Stream.of(columns).map(column -> column.cell().apply(item)).toArray()));
            table.lines().forEach(out::println);
        }
        out.flush();
    }
}
