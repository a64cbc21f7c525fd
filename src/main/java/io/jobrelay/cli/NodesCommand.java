package io.jobrelay.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code jobrelay nodes} */
@Command(
        name = "nodes",
        description = {
            "Lists the nodes that share the ledger: how many accounts each polls, to how many destinations it delivers.",
            "One that was killed is listed until another node, or the next start, has taken over its work."
        },
        exitCodeList = {"0:listed", "1:neither a Jobrelay nor its ledger can be asked"})
final class NodesCommand extends Subcommand {
    @Mixin
    private FormatOptions format = new FormatOptions();

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Override
    public Integer call() {
        format.print(
                out(),
                api.ask(client -> client.all("nodes")),
                Column.of("NODE", "/name"),
                Column.of("ACCOUNTS", "/accounts"),
                Column.of("DESTINATIONS", "/destinations"),
                Column.of("STARTED", "/startTime"),
                Column.of("SEEN", "/seenTime"),
                Column.of("VERSION", "/version"));
        return ExitStatus.OK;
    }
}
