package io.jobrelay.http;

import io.jobrelay.job.Json;
import io.jobrelay.reload.Reloads;
import java.util.List;

/** {@code /api/reload}: which edition of its files runs, and what became of each that was edited. */
final class ReloadResource {
    private final Reloads reloads;

    ReloadResource(Reloads reloads) {
        this.reloads = reloads;
    }

    void addTo(Routes routes) {
        routes.get("/api/reload", this::report);
    }

    private Reply report(Request request) {
        request.query(List.of());
        return Reply.json(200, Json.write(reloads.report()));
    }
}
