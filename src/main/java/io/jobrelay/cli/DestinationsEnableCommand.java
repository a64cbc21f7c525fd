package io.jobrelay.cli;

import static io.jobrelay.cli.Column.text;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.ledger.Destinations.Circuit;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code jobrelay destinations enable} */
@Command(
        name = "enable",
        description = {
            "Lets everything go to a destination that is due, though it was disabled or has failed.",
            "A Jobrelay that runs begins at once, otherwise the next one does."
        },
        exitCodeList = {"0:it takes deliveries", "1:there is no such destination, or nobody can be asked"})
final class DestinationsEnableCommand extends Subcommand {
    @Parameters(paramLabel = "NAME", description = "A destination as destinations list prints it.")
    private String name = "";

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Override
    public Integer call() {
        return api.askOrLook(this::enable) ? ExitStatus.OK : ExitStatus.FAILED;
    }

    private boolean enable(Desk desk) {
        List<JsonNode> destinations = desk.destinations();
        Optional<JsonNode> before = destinations.stream()
                .filter(destination -> text(destination, "/name").equals(name))
                .findFirst();
        if (before.isEmpty()) {
            String names = destinations.stream()
                    .map(destination -> text(destination, "/name"))
                    .collect(joining(", "));
            warn(name + ": nothing was ever for a destination of this name; there is "
                    + (names.isEmpty() ? "none yet" : names));
            return false;
        }
        desk.enable(name);
        if (text(before.get(), "/circuit").equals(Circuit.CLOSED.name())
                && !before.get().has("nextTryTime")) {
            warn(name + ": was neither disabled nor failing");
        }
        return true;
    }
}
