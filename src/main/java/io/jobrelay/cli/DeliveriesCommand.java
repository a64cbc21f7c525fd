package io.jobrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Deliveries.Status;
import io.jobrelay.signing.PercentEncoding;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jobrelay deliveries} */
@Command(name = "deliveries", description = "Lists deliveries, and sends dead ones again.")
final class DeliveriesCommand extends Subcommand {
    @Command(
            name = "list",
            description = "Lists dead deliveries, or those of --status, the newest first.",
            exitCodeList = {"0:listed", "1:neither a Jobrelay nor its ledger can be asked"})
    int list(
            @Option(
                            names = "--status",
                            paramLabel = "STATUS",
                            defaultValue = "DEAD",
                            description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
                    Status status,
            @Mixin SelectionOptions selection,
            @Mixin ListOptions list,
            @Mixin ApiOptions api) {
        Map<String, Object> query = selection.query();
        query.put("status", status);
        return list.print(
                most -> api.ask(client -> client.list("/api/deliveries", query, "deliveries", most)),
                Column.of("ID", "/id"),
                Column.of("SUBJECT", "/subject"),
                Column.of("CHANGE", "/sequence"),
                Column.of("TIME", "/time"),
                Column.of("STATUS", "/status"),
                Column.of("ATTEMPTS", "/attempts"),
                Column.of("ERROR", "/error"));
    }

    /** Either ids, or a selection, or all. */
    static final class Dead {
        @Parameters(paramLabel = "ID", arity = "1..*", description = "Ids as deliveries list prints them.")
        Set<String> ids = Set.of();

        @ArgGroup(exclusive = false, multiplicity = "1")
        @Nullable
        SelectionOptions selection;

        @Option(names = "--all", description = "All dead deliveries.")
        boolean all;
    }

    @Command(
            name = "redeliver",
            description = {
                "Sends dead deliveries again, the same bytes with the same ids, and prints how many.",
                "A running Jobrelay sends them at once, otherwise the next run does."
            },
            exitCodeList = {
                "0:they will be sent",
                "1:some id is not that of a dead delivery, or neither a Jobrelay nor its ledger can be asked"
            })
    int redeliver(@ArgGroup(multiplicity = "1") Dead dead, @Mixin ApiOptions api) {
        long redelivered = api.ask(client -> dead.ids.isEmpty()
                ? redeliver(client, dead.selection == null ? Map.of() : dead.selection.query())
                : each(
                        dead.ids,
                        id -> client.post("/api/deliveries/" + PercentEncoding.encode(id) + "/redeliver", null)));
        out().println(redelivered);
        out().flush();
        return redelivered < dead.ids.size() ? ExitStatus.FAILED : ExitStatus.OK;
    }

    /** The API does it bit by bit. */
    private static long redeliver(AdminClient client, Map<String, Object> selection) {
        ObjectNode body = Json.MAPPER.valueToTree(selection);
        long redelivered = 0;
        JsonNode reply;
        do {
            reply = client.post("/api/deliveries/redeliver", body);
            redelivered += reply.path("redelivered").asLong();
            body.set("cursor", reply.path("next"));
        } while (reply.has("next"));
        return redelivered;
    }
}
