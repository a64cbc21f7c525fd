package io.jobrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How much of a list is printed, and how. */
final class ListOptions {
    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "Print at most so many. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Mixin
    private FormOptions form = new FormOptions();

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli's
    private CommandSpec spec;

    /** How many to ask for. */
    int limit() {
        if (limit < 1 || limit == Integer.MAX_VALUE) {
            throw new ParameterException(spec.commandLine(), "--limit: at least 1, was " + limit);
        }
        return limit;
    }

    /** Prints the items, and on standard error whether there are more. */
    void print(List<JsonNode> items, boolean more, Column... columns) {
        form.print(spec.commandLine().getOut(), items, columns);
        if (more) {
            spec.commandLine().getErr().println("There are more; --limit prints them.");
        }
    }
}
