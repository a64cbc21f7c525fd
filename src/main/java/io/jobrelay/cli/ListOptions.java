package io.jobrelay.cli;

import io.jobrelay.cli.AdminClient.Listing;
import java.util.function.IntFunction;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How much of a list is printed, and how. */
final class ListOptions extends FormatOptions {
    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "Print at most so many. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    /** Prints the list up to the limit, and on standard error whether it goes on. */
    int print(IntFunction<Listing> list, Column... columns) {
        CommandLine command = spec.commandLine();
        if (limit < 1 || limit == Integer.MAX_VALUE) {
            throw new ParameterException(command, "--limit: at least 1, was " + limit);
        }
        Listing listing = list.apply(limit);
        print(command.getOut(), listing.items(), columns);
        if (listing.more()) {
            command.getErr().println("There are more; --limit prints them.");
        }
        return ExitStatus.OK;
    }
}
