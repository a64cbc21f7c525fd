package io.jobrelay.cli;

import io.jobrelay.ledger.Deliveries.Status;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jobrelay deliveries list} */
@Command(
        name = "list",
        description = "Lists deliveries, the newest first; dead ones unless told otherwise.",
        exitCodeList = {"0:listed", "1:neither a Jobrelay nor its ledger can be asked"})
final class DeliveriesListCommand extends Subcommand {
    @Option(
            names = "--status",
            paramLabel = "STATUS",
            defaultValue = "DEAD",
            description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Status status = Status.DEAD;

    @Mixin
    private SelectionOptions options = new SelectionOptions();

    @Mixin
    private ListOptions list = new ListOptions();

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Override
    public Integer call() {
        return list.print(
                most -> api.askOrLook(desk -> desk.deliveries(status, options.selection(), most)),
                Column.of("ID", "/id"),
                Column.of("SUBJECT", "/subject"),
                Column.of("CHANGE", "/sequence"),
                Column.of("TIME", "/time"),
                Column.of("STATUS", "/status"),
                Column.of("ATTEMPTS", "/attempts"),
                Column.of("ERROR", "/error"));
    }
}
