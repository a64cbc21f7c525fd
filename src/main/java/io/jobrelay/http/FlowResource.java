package io.jobrelay.http;

import io.jobrelay.flow.Flow;
import io.jobrelay.job.Json;
import java.util.List;
import java.util.function.Supplier;

/** {@code /api/flow}: the routes that run, and how much goes through each. */
final class FlowResource {
    private final Supplier<Flow> flow;

    FlowResource(Supplier<Flow> flow) {
        this.flow = flow;
    }

    void addTo(Routes routes) {
        routes.get("/api/flow", request -> {
            request.query(List.of());
            return Reply.json(200, Json.write(flow.get()));
        });
    }
}
