package io.jobrelay.cli;

import static io.jobrelay.cli.FormOptions.text;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code jobrelay destinations list} */
@Command(
        name = "list",
        description = {
            "Lists the destinations that anything was ever for, and how they do.",
            "OPEN: it fails, and one delivery is tried now and then. DISABLED: nothing is sent until you enable it."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:listed", "1:neither a Jobrelay nor its ledger can be asked"})
final class DestinationsListCommand implements Callable<Integer> {
    @Mixin
    private FormOptions form = new FormOptions();

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli's
    private CommandSpec spec;

    @Override
    public Integer call() {
        TextTable table =
                new TextTable("DESTINATION", "CIRCUIT", "PENDING", "OLDEST", "DEAD", "FAILING SINCE", "ERROR");
        form.print(spec, api.askOrLook(Desk::destinations), table, destination -> new Object[] {
            text(destination, "/name"),
            text(destination, "/circuit"),
            text(destination, "/pending"),
            text(destination, "/oldestPendingTime"),
            text(destination, "/dead"),
            text(destination, "/failingSince"),
            text(destination, "/error")
        });
        return ExitStatus.OK;
    }
}
