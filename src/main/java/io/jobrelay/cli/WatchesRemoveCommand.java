package io.jobrelay.cli;

import io.jobrelay.client.Api;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code jobrelay watches remove} */
@Command(
        name = "remove",
        description = {
            "Looks after watches no more that were added by watches add or the API; what is known of their jobs stays.",
            "A watch that stands in a file is removed there."
        },
        exitCodeList = {"0:they are removed", "1:some watch is not there, or it could not be asked"})
final class WatchesRemoveCommand extends Subcommand {
    @Parameters(paramLabel = "ID", arity = "1..*", description = "Ids as watches list prints them.")
    private List<String> ids = List.of();

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Override
    public Integer call() {
        boolean all = api.askEach(ids, (relay, id) -> relay.delete("/api/watches/" + Api.part(id)), err());
        return all ? ExitStatus.OK : ExitStatus.FAILED;
    }
}
