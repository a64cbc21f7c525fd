package io.jobrelay.api;

import static java.util.stream.Collectors.toSet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Deliveries;
import io.jobrelay.ledger.Deliveries.Status;
import io.jobrelay.ledger.History.Place;
import io.jobrelay.ledger.Redelivery;
import io.jobrelay.ledger.Redelivery.Selection;
import io.vertx.core.MultiMap;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** {@code /api/deliveries}: pending, delivered and dead ones, and redelivery of the dead. */
record DeliveriesResource(Deliveries deliveries, Redelivery redelivery) implements Resource {
    private static final List<String> STATUSES =
            Arrays.stream(Status.values()).map(Enum::name).toList();
    private static final Set<String> SELECTION = Set.of("destination", "since", "until", "cursor");

    @Override
    public void addTo(Routes routes) {
        routes.get(
                "/api/deliveries", this::list, "status", "destination", "subject", "since", "until", "limit", "cursor");
        routes.postJson("/api/deliveries/redeliver", this::redeliverAll);
        routes.post("/api/deliveries/{id}/redeliver", this::redeliver);
    }

    private Reply list(Request request) {
        Query query = request.query();
        Deliveries.Filter filter = new Deliveries.Filter(
                query.several("status", STATUSES).stream().map(Status::valueOf).collect(toSet()),
                query.several("destination"),
                query.one("subject"),
                query.time("since"),
                query.time("until"));
        Place before = Cursor.read(query, "deliveries", 1)
                .map(place -> Cursor.place(place.get(0)))
                .orElse(Deliveries.NEWEST);
        return Reply.page(
                "deliveries",
                deliveries.page(filter, before, query.limit()),
                entry -> entry,
                next -> Cursor.write("deliveries", next));
    }

    private Reply redeliver(Request request) {
        String id = request.part("id");
        if (!redelivery.redeliver(id)) {
            throw deliveries
                    .find(id)
                    .map(entry -> RefusedException.of(
                            409, "only a dead delivery is delivered again, this one is %s".formatted(entry.status())))
                    .orElseGet(() -> RefusedException.of(
                            404, "there is no delivery '%s'; /api/deliveries lists them".formatted(id)));
        }
        return Reply.json(202, Json.MAPPER.createObjectNode().put("redelivered", 1));
    }

    /** Reads the body as if its members were query parameters. */
    private Reply redeliverAll(Request request) {
        JsonNode body = request.json();
        if (!body.isObject()) {
            throw RefusedException.of(400, "body: must be an object with destination, since, until and cursor at most");
        }
        MultiMap members = MultiMap.caseInsensitiveMultiMap();
        for (var member : body.properties()) {
            if (!member.getValue().isTextual()) {
                throw Query.refused(member.getKey(), "must be a text, was " + member.getValue());
            }
            members.add(member.getKey(), member.getValue().textValue());
        }
        Query selection = new Query(members, SELECTION);
        Redelivery.Redelivered redelivered = redelivery.redeliver(
                new Selection(selection.one("destination"), selection.time("since"), selection.time("until")),
                Cursor.read(selection, "redeliver", 2)
                        .map(place -> new Redelivery.Position(place.get(0), Cursor.place(place.get(1))))
                        .orElse(null));
        ObjectNode reply = Json.MAPPER.createObjectNode().put("redelivered", redelivered.deliveries());
        redelivered
                .next()
                .ifPresent(next -> reply.put("next", Cursor.write("redeliver", next.destination(), next.place())));
        return Reply.json(202, reply);
    }
}
