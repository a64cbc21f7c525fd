package io.jobrelay.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Destinations;
import io.jobrelay.ledger.Outbox;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * {@code /api/destinations}: their state, and enabling one again.
 *
 * @param messages how many wait in the embedded broker of a destination; empty where it has none
 */
record DestinationsResource(Destinations destinations, Function<String, OptionalLong> messages) implements Resource {
    @Override
    public void addTo(Routes routes) {
        routes.get(
                "/api/destinations",
                request -> Reply.list(
                        "destinations",
                        all(destinations).stream().map(this::shown).toList()));
        routes.post("/api/destinations/{name}/enable", this::enable);
    }

    /** Without the router's outbox, which is no destination; but for when events are stuck in it. */
    static List<Destinations.Entry> all(Destinations destinations) {
        return destinations.list().stream()
                .filter(entry ->
                        !entry.name().equals(Outbox.CHANGES) || entry.error() != null || entry.unread() != null)
                .toList();
    }

    private ObjectNode shown(Destinations.Entry entry) {
        ObjectNode shown = Json.MAPPER.valueToTree(entry);
        messages.apply(entry.name()).ifPresent(count -> shown.put("messages", count));
        return shown;
    }

    private Reply enable(Request request) {
        String name = request.part("name");
        if (!name.equals(Outbox.CHANGES)) {
            destinations.enable(name);
        }
        return all(destinations).stream()
                .filter(entry -> entry.name().equals(name))
                .findFirst()
                .map(entry -> Reply.json(200, shown(entry)))
                .orElseThrow(() -> RefusedException.of(
                        404,
                        "there were never deliveries for a destination '%s'; /api/destinations lists them"
                                .formatted(name)));
    }
}
