package io.jobrelay.cli;

import io.jobrelay.camel.Relay;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Deliveries;
import io.jobrelay.ledger.Deliveries.Status;
import io.jobrelay.ledger.LedgerDatabase;
import io.jobrelay.trust.PlainLine;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jobrelay deliveries list} */
@Command(
        name = "list",
        description = "Lists deliveries in the order of their changes; dead ones unless told otherwise.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:listed", "1:the ledger cannot be read"})
final class DeliveriesListCommand implements Callable<Integer> {
    @Option(
            names = "--status",
            paramLabel = "STATUS",
            defaultValue = "DEAD",
            description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Status status = Status.DEAD;

    @Mixin
    private SelectionOptions options = new SelectionOptions();

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "List at most so many. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(names = "--json", description = "Print a JSON document a line.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli's
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (limit < 1) {
            throw new ParameterException(spec.commandLine(), "--limit: at least 1, was " + limit);
        }
        try (LedgerDatabase database = LedgerDatabase.openBeside(Relay.ledgerUrl())) {
            Deliveries deliveries = new Deliveries(database);
            List<Deliveries.Entry> entries = deliveries.list(status, options.selection(), limit);
            print(entries);
            long all = entries.size() < limit ? entries.size() : deliveries.count(status, options.selection());
            if (all > entries.size()) {
                spec.commandLine().getErr().println("%d of %d; --limit lists more".formatted(entries.size(), all));
            }
        }
        return ExitStatus.OK;
    }

    private void print(List<Deliveries.Entry> entries) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            entries.forEach(entry -> out.println(Json.write(entry)));
        } else {
            TextTable table = new TextTable("ID", "SUBJECT", "CHANGE", "TIME", "STATUS", "ATTEMPTS", "ERROR");
            entries.forEach(entry -> table.row(
                    entry.id(),
                    PlainLine.of(entry.subject()),
                    entry.sequence(),
                    entry.time(),
                    entry.status(),
                    entry.attempts(),
                    entry.error() == null ? "" : entry.error()));
            table.lines().forEach(out::println);
        }
        out.flush();
    }
}
