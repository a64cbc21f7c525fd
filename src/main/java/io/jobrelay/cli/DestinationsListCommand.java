package io.jobrelay.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code jobrelay destinations list} */
@Command(
        name = "list",
        description = {
            "Lists the destinations that anything was ever for, and how they do.",
            "OPEN: it fails, and one delivery is tried now and then. DISABLED: nothing is sent until you enable it."
        },
        exitCodeList = {"0:listed", "1:neither a Jobrelay nor its ledger can be asked"})
final class DestinationsListCommand extends Subcommand {
    @Mixin
    private FormOptions form = new FormOptions();

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Override
    public Integer call() {
        form.print(
                out(),
                api.askOrLook(Desk::destinations),
                Column.of("DESTINATION", "/name"),
                Column.of("CIRCUIT", "/circuit"),
                Column.of("PENDING", "/pending"),
                Column.of("OLDEST", "/oldestPendingTime"),
                Column.of("DEAD", "/dead"),
                Column.of("FAILING SINCE", "/failingSince"),
                Column.of("ERROR", "/error"));
        return ExitStatus.OK;
    }
}
