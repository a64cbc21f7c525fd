package io.jobrelay.cli;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.cli.Api.Listing;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Deliveries.Status;
import io.jobrelay.ledger.Redelivery.Selection;
import java.util.List;
import java.util.Map;

/** At a Jobrelay that runs. */
record ApiDesk(Api api) implements Desk {
    @Override
    public Listing deliveries(Status status, Selection selection, int most) {
        Map<String, Object> query = Json.MAPPER.convertValue(selection, new TypeReference<>() {});
        query.put("status", status);
        return api.list("/api/deliveries", query, "deliveries", most);
    }

    @Override
    public long redeliver(Selection selection) {
        ObjectNode body = Json.MAPPER.valueToTree(selection);
        JsonNode reply = api.post("/api/deliveries/redeliver", body);
        long redelivered = reply.path("redelivered").asLong();
        while (reply.has("next")) {
            reply = api.post("/api/deliveries/redeliver", body.set("cursor", reply.path("next")));
            redelivered += reply.path("redelivered").asLong();
        }
        return redelivered;
    }

    /** That it is there and not dead is refused in another way, and comes to the same. */
    @Override
    public boolean redeliver(String id) {
        try {
            api.post("/api/deliveries/" + Api.part(id) + "/redeliver", null);
            return true;
        } catch (ApiException e) {
            if (e.reason() == ApiException.Reason.NOT_FOUND || e.reason() == ApiException.Reason.CONFLICT) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public List<JsonNode> nodes() {
        return all("nodes");
    }

    @Override
    public List<JsonNode> destinations() {
        return all("destinations");
    }

    private List<JsonNode> all(String list) {
        return api.get("/api/" + list).path(list).valueStream().toList();
    }

    @Override
    public void enable(String name) {
        api.post("/api/destinations/" + Api.part(name) + "/enable", null);
    }
}
