package io.jobrelay.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.NodeIndex;
import java.util.List;
import java.util.function.Supplier;

/** {@code /api/nodes}: who works on the ledger, and at how much. */
final class NodesResource {
    private final Supplier<List<NodeIndex.Entry>> nodes;

    NodesResource(Supplier<List<NodeIndex.Entry>> nodes) {
        this.nodes = nodes;
    }

    void addTo(Routes routes) {
        routes.get("/api/nodes", this::list);
    }

    private Reply list(Request request) {
        request.query(List.of());
        ObjectNode page = Json.MAPPER.createObjectNode();
        ArrayNode items = page.putArray("nodes");
        nodes.get().forEach(items::addPOJO);
        return Reply.json(200, page);
    }
}
