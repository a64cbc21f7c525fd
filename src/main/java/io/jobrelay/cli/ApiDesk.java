package io.jobrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.client.Api;
import io.jobrelay.client.Api.Parameter;
import io.jobrelay.client.ApiException;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Deliveries.Selection;
import io.jobrelay.ledger.Deliveries.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** At a Jobrelay that runs. */
record ApiDesk(Api api) implements Desk {
    @Override
    public boolean deliveries(Status status, Selection selection, int most, Consumer<JsonNode> delivery) {
        List<Parameter> query = new ArrayList<>();
        query.add(new Parameter("status", status.name()));
        members(selection).forEach((name, value) -> query.add(new Parameter(name, value)));
        return api.list("/api/deliveries", query, "deliveries", most, delivery);
    }

    @Override
    public long redeliver(Selection selection) {
        ObjectNode body = Json.MAPPER.createObjectNode();
        members(selection).forEach(body::put);
        return api.post("/api/deliveries/redeliver", body).path("redelivered").asLong();
    }

    private static Map<String, String> members(Selection selection) {
        Map<String, String> members = new LinkedHashMap<>();
        if (selection.destination() != null) {
            members.put("destination", selection.destination());
        }
        if (selection.since() != null) {
            members.put("since", selection.since().toString());
        }
        if (selection.until() != null) {
            members.put("until", selection.until().toString());
        }
        return members;
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
        List<JsonNode> nodes = new ArrayList<>();
        api.get("/api/nodes").path("nodes").forEach(nodes::add);
        return nodes;
    }

    @Override
    public List<JsonNode> destinations() {
        List<JsonNode> destinations = new ArrayList<>();
        api.get("/api/destinations").path("destinations").forEach(destinations::add);
        return destinations;
    }

    @Override
    public Optional<JsonNode> enable(String name) {
        Optional<JsonNode> before = destinations().stream()
                .filter(destination -> destination.path("name").asText().equals(name))
                .findFirst();
        before.ifPresent(known -> api.post("/api/destinations/" + Api.part(name) + "/enable", null));
        return before;
    }
}
