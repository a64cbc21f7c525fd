package io.jobrelay.cli;

import static io.jobrelay.cli.Column.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.delivery.Circuit;
import io.jobrelay.signing.PercentEncoding;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code jobrelay destinations} */
@Command(name = "destinations", description = "Lists destinations, and enables those that are disabled.")
final class DestinationsCommand extends Subcommand {
    @Command(
            name = "list",
            description = {
                "Lists the destinations that there were deliveries for, and their state.",
                "OPEN: it fails, and one delivery is tried now and then. DISABLED: nothing is sent until you enable it."
            },
            exitCodeList = {"0:listed", "1:neither a Jobrelay nor its ledger can be asked"})
    int list(@Mixin FormatOptions format, @Mixin ApiOptions api) {
        format.print(
                out(),
                api.ask(client -> client.all("destinations")),
                Column.of("DESTINATION", "/name"),
                Column.of("CIRCUIT", "/circuit"),
                Column.of("PENDING", "/pending"),
                Column.of("OLDEST", "/oldestPendingTime"),
                Column.of("DEAD", "/dead"),
                Column.of("FAILING SINCE", "/failingSince"),
                Column.of("ERROR", "/unread", "/error"));
        return ExitStatus.OK;
    }

    @Command(
            name = "enable",
            description = {
                "Sends what is due to a destination again, though it was disabled or has failed.",
                "A running Jobrelay starts at once, otherwise the next run does."
            },
            exitCodeList = {
                "0:it takes deliveries",
                "1:there is no such destination, or neither a Jobrelay nor its ledger can be asked"
            })
    int enable(
            @Parameters(paramLabel = "NAME", description = "A destination as destinations list prints it.") String name,
            @Mixin ApiOptions api) {
        return api.ask(client -> enable(client, name)) ? ExitStatus.OK : ExitStatus.FAILED;
    }

    private boolean enable(AdminClient client, String name) {
        Map<String, JsonNode> destinations = new TreeMap<>();
        client.all("destinations").forEach(each -> destinations.put(text(each, "/name"), each));
        JsonNode before = destinations.get(name);
        if (before == null) {
            warn(name + ": there were never deliveries for a destination of this name; there is "
                    + (destinations.isEmpty() ? "none yet" : String.join(", ", destinations.keySet())));
            return false;
        }
        client.post("/api/destinations/" + PercentEncoding.encode(name) + "/enable", null);
        if (text(before, "/circuit").equals(Circuit.State.CLOSED.name()) && !before.has("nextTryTime")) {
            warn(name + ": was neither disabled nor failing");
        }
        return true;
    }
}
