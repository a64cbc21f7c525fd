package io.jobrelay.api;

import io.jobrelay.job.Json;
import io.jobrelay.ledger.NodeIndex;
import io.jobrelay.status.Flow;
import io.jobrelay.status.ReloadStatus;
import java.util.List;
import java.util.function.Supplier;

/**
 * {@code /api/nodes}: who works on the ledger, and at how much. {@code /api/flow}: the routes that run, and how much goes
 * through each. {@code /api/reload}: which edition of its files runs, and what became of each that was edited.
 */
record StatusResource(Supplier<List<NodeIndex.Entry>> nodes, Supplier<Flow> flow, ReloadStatus reloads) {
    void addTo(Routes routes) {
        routes.get("/api/nodes", request -> Reply.page("nodes", nodes.get(), null));
        routes.get("/api/flow", request -> Reply.json(200, Json.write(flow.get())));
        routes.get("/api/reload", request -> Reply.json(200, Json.write(reloads.report())));
    }
}
