package io.jobrelay.cli;

import static io.jobrelay.cli.Column.text;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.delivery.Circuit;
import io.jobrelay.job.HealthChange;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.logging.PlainLine;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A running Jobrelay on one screen.
 *
 * @param reload of {@code /api/reload}
 * @param summary of {@code /api/summary}
 * @param nodes of {@code /api/nodes}
 * @param destinations of {@code /api/destinations}
 * @param watches the first that are refused or stale, or whose polls fail
 */
record StatusReport(
        JsonNode reload, JsonNode summary, List<JsonNode> nodes, List<JsonNode> destinations, List<JsonNode> watches) {
    private static final int MOST = 10;
    private static final int SCREEN = 20;
    private static final int LONGEST = 240;
    /** The health checks whose findings no list has. */
    private static final List<String> TROUBLES = List.of("ledger", "node-lease", "accounts", "broker", "files");
    /** What ends by itself, more often than not; such a watch becomes stale if it does not. */
    private static final Set<String> PASSING = Set.of(HealthChange.OK, "THROTTLED", "UNAVAILABLE", "TIMEOUT");

    static StatusReport of(AdminClient client) {
        JsonNode summary = client.get("/api/summary");
        List<String> failing = new ArrayList<>();
        summary.path("watches").fieldNames().forEachRemaining(failing::add);
        failing.remove(HealthChange.OK);
        List<JsonNode> watches = new ArrayList<>(
                failing.isEmpty() ? List.of() : watches(client, Map.of("health", List.copyOf(failing))));
        Set<String> known = new TreeSet<>();
        watches.forEach(watch -> known.add(text(watch, "/id")));
        if (summary.path("stale").asLong() > 0) {
            watches(client, Map.of("stale", "true")).stream()
                    .filter(watch -> known.add(text(watch, "/id")))
                    .forEach(watches::add);
        }
        return new StatusReport(
                client.get("/api/reload"), summary, client.all("nodes"), client.all("destinations"), watches);
    }

    private static List<JsonNode> watches(AdminClient client, Map<String, Object> query) {
        return client.list("/api/watches", query, "watches", MOST).items();
    }

    /** What a person has to look at, most of it with what to do; empty if there is nothing. */
    List<String> needs() {
        List<String> needs = new ArrayList<>();
        TROUBLES.stream()
                .map(check -> text(summary, "/troubles/" + check))
                .filter(trouble -> !trouble.isEmpty())
                .forEach(needs::add);
        for (JsonNode file : files()) {
            needs.add("%s %s: %s".formatted(text(file, "/file"), text(file, "/result"), problem(file)));
        }
        watches.stream()
                .filter(watch -> !passing(watch))
                .map(StatusReport::line)
                .forEach(needs::add);
        for (JsonNode destination : destinations) {
            String name = text(destination, "/name");
            if (destination.has("unread")) {
                needs.add("destination %s, %d pending: %s"
                        .formatted(name, destination.path("pending").asLong(), text(destination, "/unread")));
            } else if (!closed(destination)) {
                needs.add(failing(destination));
            }
            if (destination.path("dead").asLong() > 0) {
                needs.add("destination %s: %d dead; 'jobrelay deliveries list --destination %s' shows them"
                        .formatted(name, destination.path("dead").asLong(), name));
            }
        }
        if (summary.path("unrouted").asLong() > 0) {
            String error = destinations.stream()
                    .filter(StatusReport::isRouter)
                    .map(router -> text(router, "/error"))
                    .findFirst()
                    .orElse("");
            needs.add("%d events that the router fails on: %s; 'jobrelay deliveries list --status UNROUTED' shows them"
                    .formatted(summary.path("unrouted").asLong(), error));
        }
        return needs;
    }

    /** The last errors of what is tried again. */
    List<String> passing() {
        return Stream.concat(
                        watches.stream().filter(StatusReport::passing).map(StatusReport::line),
                        destinations.stream()
                                .filter(destination -> closed(destination)
                                        && destination.has("error")
                                        && !destination.has("unread")
                                        && !isRouter(destination))
                                .map(StatusReport::failing))
                .toList();
    }

    private static boolean passing(JsonNode watch) {
        return !watch.path("stale").asBoolean() && PASSING.contains(text(watch, "/health"));
    }

    private static boolean isRouter(JsonNode destination) {
        return text(destination, "/name").equals(Outbox.CHANGES);
    }

    private static boolean closed(JsonNode destination) {
        return text(destination, "/circuit").equals(Circuit.State.CLOSED.name());
    }

    private static String line(JsonNode watch) {
        return "watch %s of %s, account %s: %s%s%s"
                .formatted(
                        text(watch, "/id"),
                        text(watch, "/api"),
                        text(watch, "/account"),
                        text(watch, "/health"),
                        watch.path("stale").asBoolean() ? ", stale" : "",
                        failure(watch));
    }

    private static String failing(JsonNode destination) {
        return "destination %s, %s: %s"
                .formatted(text(destination, "/name"), text(destination, "/circuit"), text(destination, "/error"));
    }

    private List<JsonNode> files() {
        return reload.path("files")
                .valueStream()
                .filter(file -> !text(file, "/result").equals("LOADED")
                        || !file.path("problems").isEmpty())
                .toList();
    }

    private static String problem(JsonNode file) {
        return file.path("problems")
                .valueStream()
                .map(problem -> (problem.has("line") ? "line " + text(problem, "/line") + ": " : "")
                        + text(problem, "/message"))
                .collect(joining("; "));
    }

    private static String failure(JsonNode watch) {
        String said = Stream.of("/failure/httpStatus", "/failure/code", "/failure/message")
                .map(pointer -> text(watch, pointer))
                .filter(text -> !text.isEmpty())
                .collect(joining(" "));
        return said.isEmpty() ? "" : ": " + said;
    }

    ObjectNode json() {
        ObjectNode json = Json.MAPPER.createObjectNode();
        json.putPOJO("needs", needs());
        json.putPOJO("passing", passing());
        json.set("summary", summary);
        json.putPOJO("nodes", nodes);
        json.put("generation", reload.path("generation").asLong());
        json.putPOJO("files", files());
        json.putPOJO("destinations", destinations);
        json.putPOJO("watches", watches);
        return json;
    }

    void print(PrintWriter out) {
        line(out, "Directory", text(reload, "/directory"));
        line(
                out,
                "Files",
                "generation %s since %s, %d of %d as they stand"
                        .formatted(
                                text(reload, "/generation"),
                                text(reload, "/time"),
                                reload.path("files").size() - files().size(),
                                reload.path("files").size()));
        line(out, "Watches", counts(summary.path("watches")) + ", stale " + summary.path("stale"));
        line(out, "Jobs", counts(summary.path("jobs")));
        out.println();
        TextTable table = new TextTable("NODE", "VERSION", "ACCOUNTS", "DESTINATIONS", "STARTED", "SEEN");
        nodes.forEach(node -> table.row(
                text(node, "/name"),
                text(node, "/version"),
                text(node, "/accounts"),
                text(node, "/destinations"),
                text(node, "/startTime"),
                text(node, "/seenTime")));
        table.lines().forEach(out::println);
        out.println();
        TextTable backlog = new TextTable("DESTINATION", "CIRCUIT", "PENDING", "OLDEST", "DEAD");
        destinations.forEach(destination -> backlog.row(
                text(destination, "/name"),
                text(destination, "/circuit"),
                text(destination, "/pending"),
                text(destination, "/oldestPendingTime"),
                text(destination, "/dead")));
        backlog.lines().forEach(out::println);
        out.println();
        List<String> needs = needs();
        section(out, needs.isEmpty() ? "Nothing needs a person." : "Needs a person:", needs);
        if (!passing().isEmpty()) {
            section(out, "Fails, and is tried again:", passing());
        }
    }

    private static void section(PrintWriter out, String head, List<String> lines) {
        out.println(head);
        lines.stream().limit(SCREEN).forEach(line -> out.println("  " + PlainLine.of(line, LONGEST)));
        if (lines.size() > SCREEN) {
            out.println("  and %d more, which --json prints".formatted(lines.size() - SCREEN));
        }
    }

    private static void line(PrintWriter out, String name, String value) {
        out.println("%-10s %s".formatted(name, PlainLine.of(value)));
    }

    private static String counts(JsonNode counts) {
        return counts.isEmpty()
                ? "none"
                : counts.properties().stream()
                        .map(count -> count.getKey() + " " + count.getValue())
                        .collect(joining(", "));
    }
}
