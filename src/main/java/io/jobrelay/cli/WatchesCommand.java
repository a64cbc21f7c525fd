package io.jobrelay.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code jobrelay watches} */
@Command(
        name = "watches",
        description = "Lists what a running Jobrelay looks after, and lets it look after more or less.",
        subcommands = {WatchesListCommand.class, WatchesAddCommand.class})
final class WatchesCommand extends Subcommand {
    private static final String IDS = "Ids as watches list prints them.";

    @Command(
            name = "remove",
            description = {
                "Looks after watches no more that were added by watches add or the API; what is known of their jobs stays.",
                "A watch that stands in a file is removed there."
            },
            exitCodeList = {"0:they are removed", "1:some watch is not there, or it could not be asked"})
    int remove(
            @Parameters(paramLabel = "ID", arity = "1..*", description = IDS) List<String> ids, @Mixin ApiOptions api) {
        return api.askEach(ids, (relay, id) -> relay.delete("/api/watches/" + Api.part(id)), err());
    }

    @Command(
            name = "poll",
            description = "Makes watches due now.",
            exitCodeList = {"0:they are due", "1:some watch is not there, or it could not be asked"})
    int poll(
            @Parameters(paramLabel = "ID", arity = "1..*", description = IDS) List<String> ids, @Mixin ApiOptions api) {
        return api.askEach(ids, (relay, id) -> relay.post("/api/watches/" + Api.part(id) + "/poll", null), err());
    }
}
