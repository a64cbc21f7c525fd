package io.jobrelay.cli;

import static io.jobrelay.cli.Column.text;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.delivery.Circuit;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code jobrelay destinations} */
@Command(name = "destinations", description = "Lists destinations, and enables those that are disabled.")
final class DestinationsCommand extends Subcommand {
    @Command(
            name = "list",
            description = {
                "Lists the destinations that anything was ever for, and how they do.",
                "OPEN: it fails, and one delivery is tried now and then. DISABLED: nothing is sent until you enable it."
            },
            exitCodeList = {"0:listed", "1:neither a Jobrelay nor its ledger can be asked"})
    int list(@Mixin FormOptions form, @Mixin ApiOptions api) {
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

    @Command(
            name = "enable",
            description = {
                "Lets everything go to a destination that is due, though it was disabled or has failed.",
                "A Jobrelay that runs begins at once, otherwise the next one does."
            },
            exitCodeList = {"0:it takes deliveries", "1:there is no such destination, or nobody can be asked"})
    int enable(
            @Parameters(paramLabel = "NAME", description = "A destination as destinations list prints it.") String name,
            @Mixin ApiOptions api) {
        return api.askOrLook(desk -> enable(desk, name)) ? ExitStatus.OK : ExitStatus.FAILED;
    }

    private boolean enable(Desk desk, String name) {
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
        if (text(before.get(), "/circuit").equals(Circuit.State.CLOSED.name())
                && !before.get().has("nextTryTime")) {
            warn(name + ": was neither disabled nor failing");
        }
        return true;
    }
}
