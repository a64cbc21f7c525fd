package io.jobrelay.cli;

import io.jobrelay.client.Api;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code jobrelay watches poll} */
@Command(
        name = "poll",
        description = "Makes watches due now.",
        exitCodeList = {"0:they are due", "1:some watch is not there, or it could not be asked"})
final class WatchesPollCommand extends Subcommand {
    @Parameters(paramLabel = "ID", arity = "1..*", description = "Ids as watches list prints them.")
    private List<String> ids = List.of();

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Override
    public Integer call() {
        boolean all =
                api.askEach(ids, (relay, id) -> relay.post("/api/watches/" + Api.part(id) + "/poll", null), err());
        return all ? ExitStatus.OK : ExitStatus.FAILED;
    }
}
