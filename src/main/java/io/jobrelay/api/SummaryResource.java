package io.jobrelay.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Destinations;
import io.jobrelay.ledger.History;
import io.jobrelay.ledger.JobIndex;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.ledger.WatchIndex;
import java.util.Map;

/** {@code /api/summary}: how much there is of everything. */
record SummaryResource(JobIndex jobs, WatchIndex watches, Destinations destinations, History history) {
    void addTo(Routes routes) {
        routes.get("/api/summary", this::summary);
    }

    /** The position comes first: whoever reads this, then the lists, then the stream from there on has missed nothing. */
    private Reply summary(Request request) {
        ObjectNode summary =
                Json.MAPPER.createObjectNode().put("position", history.newest().toString());
        put(summary.putObject("jobs"), jobs.states());
        put(summary.putObject("watches"), watches.healths());
        summary.put("blind", watches.blind());
        ObjectNode deliveries = summary.putObject("deliveries");
        for (Destinations.Entry destination : destinations.list()) {
            if (!destination.name().equals(Outbox.CHANGES)) {
                deliveries
                        .putObject(destination.name())
                        .put("PENDING", destination.pending())
                        .put("DEAD", destination.dead());
            }
        }
        return Reply.json(200, summary);
    }

    private static void put(ObjectNode node, Map<String, Long> counts) {
        counts.forEach(node::put);
    }
}
