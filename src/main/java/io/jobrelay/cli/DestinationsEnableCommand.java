package io.jobrelay.cli;

import io.jobrelay.camel.Relay;
import io.jobrelay.ledger.Destinations;
import io.jobrelay.ledger.LedgerDatabase;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jobrelay destinations enable} */
@Command(
        name = "enable",
        description = {
            "Lets everything go to a destination that is due, though it was disabled or has failed.",
            "A Jobrelay that runs begins at once, otherwise the next one does."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:it takes deliveries", "1:there is no such destination, or the ledger cannot be opened"})
final class DestinationsEnableCommand implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "A destination as destinations list prints it.")
    private String name = "";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli's
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        try (LedgerDatabase database = LedgerDatabase.openBeside(Relay.ledgerUrl())) {
            Destinations destinations = new Destinations(database);
            List<String> names =
                    destinations.list().stream().map(Destinations.Entry::name).toList();
            if (!names.contains(name)) {
                err.println(name + ": nothing was ever for a destination of this name; there is "
                        + String.join(", ", names));
                return ExitStatus.FAILED;
            }
            if (!destinations.enable(name)) {
                err.println(name + ": was neither disabled nor failing");
            }
            return ExitStatus.OK;
        }
    }
}
