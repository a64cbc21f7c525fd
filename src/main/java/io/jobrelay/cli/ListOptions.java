package io.jobrelay.cli;

import io.jobrelay.cli.Api.Listing;
import java.util.function.IntFunction;
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

    /** Prints the list, as far as so many items, and on standard error whether there are more. */
    int print(IntFunction<Listing> list, Column... columns) {
        if (limit < 1 || limit == Integer.MAX_VALUE) {
            throw new ParameterException(spec.commandLine(), "--limit: at least 1, was " + limit);
        }
        Listing listing = list.apply(limit);
        form.print(spec.commandLine().getOut(), listing.items(), columns);
        if (listing.more()) {
            spec.commandLine().getErr().println("There are more; --limit prints them.");
        }
        return ExitStatus.OK;
    }
}
