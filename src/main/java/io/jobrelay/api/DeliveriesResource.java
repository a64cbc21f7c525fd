package io.jobrelay.api;

import static java.util.stream.Collectors.toSet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Deliveries;
import io.jobrelay.ledger.Deliveries.Progress;
import io.jobrelay.ledger.Destinations;
import io.jobrelay.ledger.History.Place;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.ledger.Redelivery;
import io.jobrelay.ledger.Redelivery.Selection;
import io.jobrelay.ledger.Removal;
import io.vertx.core.MultiMap;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** {@code /api/deliveries}: pending, delivered and dead ones; delivers the dead again, moves and discards what goes nowhere. */
record DeliveriesResource(Deliveries deliveries, Redelivery redelivery, Removal removal, Destinations destinations)
        implements Resource {
    private static final List<String> STATUSES =
            Arrays.stream(Progress.values()).map(Enum::name).toList();
    private static final Set<String> SELECTION = Set.of("destination", "since", "until", "cursor");
    private static final Set<String> REMOVED = Set.of("destination", "since", "until");
    private static final Set<String> MOVED = Set.of("destination", "since", "until", "to");

    @Override
    public void addTo(Routes routes) {
        routes.get(
                "/api/deliveries", this::list, "status", "destination", "subject", "since", "until", "limit", "cursor");
        routes.postJson("/api/deliveries/redeliver", this::redeliverAll);
        routes.post("/api/deliveries/{id}/redeliver", this::redeliver);
        routes.get("/api/deliveries/count", this::count, "destination", "since", "until");
        routes.postJson("/api/deliveries/move", this::moveAll);
        routes.postJson("/api/deliveries/discard", this::discardAll);
        routes.postJson("/api/deliveries/{id}/move", this::move);
        routes.post("/api/deliveries/{id}/discard", request -> removed(request, null));
    }

    private Reply list(Request request) {
        Query query = request.query();
        Set<Progress> statuses = query.several("status", STATUSES).stream()
                .map(Progress::valueOf)
                .collect(toSet());
        if (statuses.size() > 1 && statuses.contains(Progress.UNROUTED)) {
            throw Query.refused("status", "UNROUTED stands alone: such an event has no delivery yet");
        }
        Deliveries.Filter filter = new Deliveries.Filter(
                statuses, query.several("destination"), query.one("subject"), query.time("since"), query.time("until"));
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

    private Reply count(Request request) {
        return Reply.json(
                200, Json.MAPPER.createObjectNode().put("deliveries", removal.count(ofDestination(request.query()))));
    }

    private Reply moveAll(Request request) {
        Query body = body(request, MOVED);
        Selection selection = ofDestination(body);
        return removed(removal.remove(selection, other(body, String.valueOf(selection.destination()))));
    }

    private Reply discardAll(Request request) {
        return removed(removal.remove(ofDestination(body(request, REMOVED)), null));
    }

    private Reply move(Request request) {
        String id = request.part("id");
        return removed(request, other(body(request, Set.of("to")), id.substring(0, Math.max(id.indexOf('.'), 0))));
    }

    private Reply removed(Request request, @Nullable String to) {
        String id = request.part("id");
        if (!removal.remove(id, to)) {
            throw RefusedException.of(
                    404, "there is no delivery '%s' that is pending or dead; /api/deliveries lists them".formatted(id));
        }
        return removed(new Removal.Removed(1, false));
    }

    private static Reply removed(Removal.Removed removed) {
        return Reply.json(200, Json.write(removed));
    }

    private static Selection ofDestination(Query query) {
        Selection selection = selection(query);
        if (selection.destination() == null) {
            throw Query.refused("destination", "required: the one whose deliveries are meant");
        }
        return selection;
    }

    /** The destination that gets them, which must be one that something is sent to: or they would go nowhere again. */
    private String other(Query query, String from) {
        String to = query.one("to");
        if (to == null || to.equals(from) || to.equals(Outbox.CHANGES)) {
            throw Query.refused(
                    "to", "required: another destination than theirs, was " + (to == null ? "missing" : to));
        }
        destinations.unread(to).ifPresent(why -> {
            throw Query.refused("to", "must be a destination that something is sent to; " + why);
        });
        return to;
    }

    private static Selection selection(Query query) {
        return new Selection(query.one("destination"), query.time("since"), query.time("until"));
    }

    /** Reads the body as if its members were query parameters. */
    private static Query body(Request request, Set<String> known) {
        JsonNode body = request.json();
        if (!body.isObject()) {
            throw RefusedException.of(
                    400, "body: must be an object with %s at most".formatted(String.join(", ", new TreeSet<>(known))));
        }
        MultiMap members = MultiMap.caseInsensitiveMultiMap();
        for (var member : body.properties()) {
            if (!member.getValue().isTextual()) {
                throw Query.refused(member.getKey(), "must be a text, was " + member.getValue());
            }
            members.add(member.getKey(), member.getValue().textValue());
        }
        return new Query(members, known);
    }

    private Reply redeliverAll(Request request) {
        Query selection = body(request, SELECTION);
        Redelivery.Redelivered redelivered = redelivery.redeliver(
                selection(selection),
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
