package io.jobrelay.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Destinations;
import io.jobrelay.ledger.History;
import io.jobrelay.ledger.JobIndex;
import io.jobrelay.ledger.WatchIndex;
import io.jobrelay.status.Flow;
import io.jobrelay.status.ReloadStatus;
import io.jobrelay.watch.WatchReader;
import java.util.Map;
import java.util.function.Supplier;

/**
 * {@code /api/summary}: how many there are of each thing. {@code /api/apis}: what a new watch can be made of. {@code /api/flow}:
 * the running routes, and how much goes through each. {@code /api/reload}: which files run, and the result of each edit.
 */
record OverviewResource(
        JobIndex jobs,
        WatchIndex watches,
        Destinations destinations,
        History history,
        WatchReader reader,
        Supplier<Flow> flow,
        Supplier<Map<String, String>> troubles,
        ReloadStatus reloads)
        implements Resource {
    @Override
    public void addTo(Routes routes) {
        routes.get("/api/summary", request -> summary());
        routes.get("/api/apis", request -> apis());
        routes.get("/api/flow", request -> Reply.json(200, Json.write(flow.get())));
        routes.get("/api/reload", request -> Reply.json(200, Json.write(reloads.report())));
    }

    /** Reads the position first, so that a client that goes on to the lists and then to the stream misses nothing. */
    private Reply summary() {
        ObjectNode summary =
                Json.MAPPER.createObjectNode().put("position", history.newest().toString());
        summary.putPOJO("jobs", jobs.states());
        summary.putPOJO("watches", watches.healths());
        summary.put("stale", watches.stale());
        ObjectNode deliveries = summary.putObject("deliveries");
        for (Destinations.Entry destination : DestinationsResource.all(destinations)) {
            deliveries
                    .putObject(destination.name())
                    .put("PENDING", destination.unread() == null ? destination.pending() : 0)
                    .put("UNREAD", destination.unread() == null ? 0 : destination.pending())
                    .put("DEAD", destination.dead());
        }
        summary.put("unrouted", destinations.unrouted());
        summary.putPOJO("troubles", troubles.get());
        return Reply.json(200, summary);
    }

    private Reply apis() {
        ObjectNode all = Json.MAPPER.createObjectNode();
        ArrayNode apis = all.putArray("apis");
        reader.apis()
                .forEach(api -> apis.addObject()
                        .put("name", api.getName())
                        .put("list", api.isList())
                        .putPOJO("required", api.getRequired())
                        .putPOJO("optional", api.getOptional()));
        ArrayNode accounts = all.putArray("accounts");
        reader.accounts().forEach(account -> {
            ObjectNode node = accounts.addObject().put("name", account.name());
            account.missing().ifPresent(missing -> node.put("missing", missing));
        });
        return Reply.json(200, all);
    }
}
