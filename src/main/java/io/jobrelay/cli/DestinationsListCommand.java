package io.jobrelay.cli;

import io.jobrelay.camel.Relay;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Destinations;
import io.jobrelay.ledger.LedgerDatabase;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jobrelay destinations list} */
@Command(
        name = "list",
        description = {
            "Lists the destinations that anything was ever for, and how they do. \"changes\" is the router's.",
            "OPEN: it fails, and one delivery is tried now and then. DISABLED: nothing is sent until you enable it."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:listed", "1:the ledger cannot be read"})
final class DestinationsListCommand implements Callable<Integer> {
    @Option(names = "--json", description = "Print a JSON document a line.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli's
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (LedgerDatabase database = LedgerDatabase.openBeside(Relay.ledgerUrl())) {
            List<Destinations.Entry> entries = new Destinations(database).list();
            if (json) {
                entries.forEach(entry -> out.println(Json.write(entry)));
            } else {
                table(entries).lines().forEach(out::println);
            }
        }
        out.flush();
        return ExitStatus.OK;
    }

    private static TextTable table(List<Destinations.Entry> entries) {
        TextTable table =
                new TextTable("DESTINATION", "CIRCUIT", "PENDING", "OLDEST", "DEAD", "FAILING SINCE", "ERROR");
        entries.forEach(entry -> table.row(
                entry.name(),
                entry.circuit(),
                entry.pending(),
                text(entry.oldestPendingTime()),
                entry.dead(),
                text(entry.failingSince()),
                text(entry.error())));
        return table;
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }
}
