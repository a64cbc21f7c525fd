package io.jobrelay.api;

import io.jobrelay.job.Json;
import io.jobrelay.ledger.Destinations;
import io.jobrelay.ledger.Outbox;
import java.util.List;

/** {@code /api/destinations}: how they do, and letting one have its deliveries again. */
record DestinationsResource(Destinations destinations) {
    void addTo(Routes routes) {
        routes.get("/api/destinations", this::list);
        routes.post("/api/destinations/{name}/enable", this::enable);
    }

    private Reply list(Request request) {
        return Reply.page("destinations", all(), null);
    }

    /** The router's outbox is no destination. */
    private List<Destinations.Entry> all() {
        return destinations.list().stream()
                .filter(entry -> !entry.name().equals(Outbox.CHANGES))
                .toList();
    }

    /** Where nothing keeps anything from it, it is as it is asked to be. */
    private Reply enable(Request request) {
        String name = request.part("name");
        if (!name.equals(Outbox.CHANGES)) {
            destinations.enable(name);
        }
        return all().stream()
                .filter(entry -> entry.name().equals(name))
                .findFirst()
                .map(entry -> Reply.json(200, Json.write(entry)))
                .orElseThrow(() -> RefusedException.of(
                        404, "nothing was ever for a destination '%s'; /api/destinations lists them".formatted(name)));
    }
}
