package io.jobrelay.api;

import io.jobrelay.job.Json;
import io.jobrelay.ledger.Destinations;
import io.jobrelay.ledger.Outbox;
import java.util.List;

/** {@code /api/destinations}: their state, and enabling one again. */
record DestinationsResource(Destinations destinations) implements Resource {
    @Override
    public void addTo(Routes routes) {
        routes.get("/api/destinations", request -> Reply.list("destinations", all(destinations)));
        routes.post("/api/destinations/{name}/enable", this::enable);
    }

    /** Without the router's outbox, which is no destination; but for when events are stuck in it. */
    static List<Destinations.Entry> all(Destinations destinations) {
        return destinations.list().stream()
                .filter(entry ->
                        !entry.name().equals(Outbox.CHANGES) || entry.error() != null || entry.unread() != null)
                .toList();
    }

    private Reply enable(Request request) {
        String name = request.part("name");
        if (!name.equals(Outbox.CHANGES)) {
            destinations.enable(name);
        }
        return all(destinations).stream()
                .filter(entry -> entry.name().equals(name))
                .findFirst()
                .map(entry -> Reply.json(200, Json.write(entry)))
                .orElseThrow(() -> RefusedException.of(
                        404,
                        "there were never deliveries for a destination '%s'; /api/destinations lists them"
                                .formatted(name)));
    }
}
