package io.jobrelay.cli;

import static io.jobrelay.cli.FormOptions.text;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code jobrelay nodes} */
@Command(
        name = "nodes",
        description = {
            "Lists the nodes that work on the ledger: how many watches each is polling, how many deliveries it is making.",
            "One that was killed stands there until another node, or the next start, has taken over from it."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:listed", "1:neither a Jobrelay nor its ledger can be asked"})
final class NodesCommand implements Callable<Integer> {
    @Mixin
    private FormOptions form = new FormOptions();

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli's
    private CommandSpec spec;

    @Override
    public Integer call() {
        TextTable table = new TextTable("NODE", "WATCHES", "DELIVERIES", "STARTED", "SEEN", "VERSION");
        form.print(spec, api.askOrLook(Desk::nodes), table, node -> new Object[] {
            text(node, "/name"),
            text(node, "/watches"),
            text(node, "/deliveries"),
            text(node, "/startTime"),
            text(node, "/seenTime"),
            text(node, "/version")
        });
        return ExitStatus.OK;
    }
}
