package io.jobrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.cli.AdminClient.Listing;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Deliveries.Progress;
import io.jobrelay.provider.UriTemplate;
import io.jobrelay.signing.PercentEncoding;
import java.io.Console;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jobrelay deliveries} */
@Command(
        name = "deliveries",
        description = "Lists deliveries, sends dead ones again, moves and discards what goes nowhere.")
final class DeliveriesCommand extends Subcommand {
    private static final String YES = "Do it without asking.";

    @Command(
            name = "list",
            description = {
                "Lists what needs a person, or what has that --status, the newest first: dead deliveries,",
                "UNREAD ones, which no route sends, and UNROUTED events, which the router fails on."
            },
            exitCodeList = {"0:listed", "1:neither a Jobrelay nor its ledger can be asked"})
    int list(
            @Option(names = "--status", paramLabel = "STATUS", description = "One of ${COMPLETION-CANDIDATES}.")
                    @Nullable
                    Progress status,
            @Mixin SelectionOptions selection,
            @Mixin ListOptions list,
            @Mixin ApiOptions api) {
        List<Set<Progress>> statuses = status == null
                ? List.of(Set.of(Progress.DEAD, Progress.UNREAD), Set.of(Progress.UNROUTED))
                : List.of(Set.of(status));
        return list.print(
                most -> api.ask(client -> list(client, selection.query(), statuses, most)),
                Column.of("ID", "/id"),
                Column.of("SUBJECT", "/subject"),
                Column.of("CHANGE", "/sequence"),
                Column.of("TIME", "/time"),
                Column.of("STATUS", "/status"),
                Column.of("ATTEMPTS", "/attempts"),
                Column.of("ERROR", "/error"));
    }

    private static Listing list(AdminClient client, Map<String, Object> query, List<Set<Progress>> statuses, int most) {
        List<JsonNode> items = new ArrayList<>();
        boolean more = false;
        for (Set<Progress> some : statuses) {
            query.put("status", List.copyOf(some));
            Listing found = client.list("/api/deliveries", query, "deliveries", most);
            items.addAll(found.items());
            more |= found.more();
        }
        return new Listing(items.subList(0, Math.min(most, items.size())), more || items.size() > most);
    }

    /** Either ids, or a destination and times. */
    static final class Chosen {
        @Parameters(paramLabel = "ID", arity = "1..*", description = "Ids as deliveries list prints them.")
        Set<String> ids = Set.of();

        @ArgGroup(exclusive = false, multiplicity = "1")
        @Nullable
        SelectionOptions selection;
    }

    @Command(
            name = "move",
            description = {
                "Moves deliveries that are pending or dead to another destination, and prints how many.",
                "Of the destination 'changes' it moves events that the router fails on. Says how many, and asks, first."
            },
            exitCodeList = {
                "0:they are moved",
                "1:some id is not that of such a delivery, nobody confirmed it, or neither a Jobrelay nor its ledger can be asked"
            })
    int move(
            @ArgGroup(multiplicity = "1") Chosen chosen,
            @Option(
                            names = "--to",
                            paramLabel = "NAME",
                            required = true,
                            description = "The destination that gets them.")
                    String to,
            @Option(names = "--yes", description = YES) boolean yes,
            @Mixin ApiOptions api) {
        return remove(chosen, "move", Json.MAPPER.createObjectNode().put("to", to), yes, api);
    }

    @Command(
            name = "discard",
            description = {
                "Discards deliveries that are pending or dead, for ever, and prints how many.",
                "Of the destination 'changes' it discards events that the router fails on. Says how many, and asks, first."
            },
            exitCodeList = {
                "0:they are discarded",
                "1:some id is not that of such a delivery, nobody confirmed it, or neither a Jobrelay nor its ledger can be asked"
            })
    int discard(
            @ArgGroup(multiplicity = "1") Chosen chosen,
            @Option(names = "--yes", description = YES) boolean yes,
            @Mixin ApiOptions api) {
        return remove(chosen, "discard", Json.MAPPER.createObjectNode(), yes, api);
    }

    private int remove(Chosen chosen, String verb, ObjectNode body, boolean yes, ApiOptions api) {
        Map<String, Object> selection = chosen.selection == null ? Map.of() : chosen.selection.query();
        if (chosen.ids.isEmpty() && !selection.containsKey("destination")) {
            throw usageError("Missing required option: '--destination=NAME'");
        }
        long removed = api.ask(client -> {
            long count = chosen.ids.isEmpty() ? count(client, selection) : chosen.ids.size();
            if (count > 0 && !yes && !confirmed("%s %d deliveries?".formatted(verb, count))) {
                return -1L;
            }
            return chosen.ids.isEmpty()
                    ? removeAll(client, verb, body.setAll((ObjectNode) Json.MAPPER.valueToTree(selection)))
                    : each(
                            chosen.ids,
                            id -> client.post(
                                    "/api/deliveries/" + PercentEncoding.encode(id) + "/" + verb,
                                    body.isEmpty() ? null : body));
        });
        if (removed >= 0) {
            out().println(removed);
            out().flush();
        }
        return removed < chosen.ids.size() ? ExitStatus.FAILED : ExitStatus.OK;
    }

    private static long count(AdminClient client, Map<String, Object> selection) {
        UriTemplate template = new UriTemplate("/api/deliveries/count{?destination,since,until}");
        return client.get(template.expand(selection::get)).path("deliveries").asLong();
    }

    /** The API does it bit by bit. */
    private static long removeAll(AdminClient client, String verb, JsonNode body) {
        long removed = 0;
        JsonNode reply;
        do {
            reply = client.post("/api/deliveries/" + verb, body);
            removed += reply.path("deliveries").asLong();
        } while (reply.path("more").asBoolean());
        return removed;
    }

    /** Where there is no terminal, Java 17 has no console, and a later one nobody who answers. */
    @SuppressWarnings("SystemConsoleNull")
    private boolean confirmed(String question) {
        Console terminal = System.console();
        String answer = terminal == null ? null : terminal.readLine("%s [y/N] ", question);
        if (answer == null) {
            warn(question + " Nobody can be asked: repeat it with --yes");
        }
        return answer != null && answer.strip().equalsIgnoreCase("y");
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
