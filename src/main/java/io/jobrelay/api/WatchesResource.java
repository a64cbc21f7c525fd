package io.jobrelay.api;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.jobrelay.job.HealthChange;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.UnreadableReplies;
import io.jobrelay.ledger.WatchIndex;
import io.jobrelay.ledger.Watches;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.watch.Watch;
import io.jobrelay.watch.WatchReader;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code /api/watches}: the watches and their health; adds, polls and removes them. */
record WatchesResource(WatchIndex index, UnreadableReplies unreadable, Watches watches, WatchReader reader)
        implements Resource {
    private static final int JOBS_SHOWN = 100;
    private static final int MOST_ERRORS = 50;
    private static final List<String> HEALTHS = Stream.concat(
                    Stream.of(HealthChange.OK, HealthChange.REFUSED),
                    Arrays.stream(FailureKind.values()).map(Enum::name))
            .toList();

    @Override
    public void addTo(Routes routes) {
        routes.get("/api/watches", this::list, "api", "account", "health", "stale", "limit", "cursor");
        routes.postJson("/api/watches", this::add);
        routes.get("/api/watches/{id}", request -> Reply.json(200, complete(find(request))));
        routes.delete("/api/watches/{id}", this::remove);
        routes.post("/api/watches/{id}/poll", this::poll);
        routes.getFile("/api/watches/{id}/unreadable/{number}", this::unreadable);
    }

    private Reply list(Request request) {
        Query query = request.query();
        WatchIndex.Filter filter = new WatchIndex.Filter(
                query.several("api"),
                query.several("account"),
                query.several("health", HEALTHS),
                query.choice("stale", Map.of("true", true), false));
        String after =
                Cursor.read(query, "watches", 1).map(place -> place.get(0)).orElse(null);
        return Reply.page(
                "watches",
                index.page(filter, after, query.limit()),
                WatchesResource::brief,
                next -> Cursor.write("watches", next));
    }

    private Reply add(Request request) {
        WatchReader.Reading reading = reader.read(request.json());
        Watch watch = reading.watch()
                .orElseThrow(() -> RefusedException.of(
                        400,
                        "body: must be a watch as in a watch file; 'errors' says what is wrong",
                        reading.problems().stream()
                                .limit(MOST_ERRORS)
                                .map(WatchesResource::error)
                                .toArray(Reply.Violation[]::new)));
        Watches.Standing standing = watches.add(watch);
        if (!standing.asGiven()) {
            throw RefusedException.of(
                    409, "%s has this watch with other members; change it there".formatted(standing.source()));
        }
        JsonNode added = complete(index.find(watch.id()).orElseThrow());
        return Reply.json(standing.added() ? 201 : 200, added).with("Location", "/api/watches/" + watch.id());
    }

    private static Reply.Violation error(WatchReader.Violation problem) {
        JsonPointer pointer = JsonPointer.empty();
        for (String member : problem.path()) {
            pointer = pointer.appendProperty(member);
        }
        return new Reply.Violation(pointer.toString(), problem.message());
    }

    private Reply remove(Request request) {
        String source = watches.remove(request.part("id")).orElseThrow(() -> notFound(request));
        if (!source.equals(Watches.FROM_API)) {
            throw RefusedException.of(409, "this watch stands in %s; remove it there".formatted(source));
        }
        return Reply.empty(204);
    }

    private Reply poll(Request request) {
        if (!watches.pollNow(request.part("id"))) {
            throw notFound(request);
        }
        WatchIndex.Item item = find(request);
        if (item.state().equals(HealthChange.REFUSED)) {
            throw RefusedException.of(
                    409, "this watch is refused; 'failure' of /api/watches/%s says why".formatted(item.id()));
        }
        return Reply.json(202, brief(item));
    }

    /** As a download: a browser that displayed it could mistake it for a page of ours. */
    private Reply unreadable(Request request) {
        String number = request.part("number");
        Optional<byte[]> body = number.matches("[0-9]{1,18}")
                ? unreadable.body(request.part("id"), Long.parseLong(number))
                : Optional.empty();
        return body.map(bytes -> Reply.of("text/plain; charset=utf-8", bytes)
                        .with("Content-Disposition", "attachment; filename=\"unreadable-" + number + ".txt\""))
                .orElseThrow(() -> RefusedException.of(404, "this reply is not kept, or not any more"));
    }

    private WatchIndex.Item find(Request request) {
        return index.find(request.part("id")).orElseThrow(() -> notFound(request));
    }

    private static RefusedException notFound(Request request) {
        return RefusedException.of(
                404, "there is no watch '%s'; /api/watches lists them".formatted(request.part("id")));
    }

    private static ObjectNode brief(WatchIndex.Item item) {
        ObjectNode node = Json.MAPPER.createObjectNode().put("id", item.id());
        node.setAll((ObjectNode) Json.MAPPER.valueToTree(item.watch()));
        node.put("source", item.source())
                .put("state", item.state())
                .put("health", item.health())
                .put("stale", item.stale())
                .put("failures", item.failures());
        if (item.failure() != null) {
            node.putRawValue("failure", new RawValue(item.failure()));
        }
        put(node, "node", item.node());
        put(node, "lastAnswerTime", item.answered());
        put(node, "nextPollTime", item.nextPoll());
        return node.put("jobCount", item.jobs());
    }

    private static void put(ObjectNode node, String member, @Nullable Object value) {
        if (value != null) {
            node.put(member, value.toString());
        }
    }

    private ObjectNode complete(WatchIndex.Item item) {
        ObjectNode node = brief(item);
        ArrayNode jobs = node.putArray("jobs");
        index.jobs(item.id(), JOBS_SHOWN).forEach(jobs::add);
        ArrayNode replies = node.putArray("unreadableReplies");
        for (UnreadableReplies.Entry reply : unreadable.of(item.id())) {
            ObjectNode one = replies.addObject()
                    .put("receiveTime", reply.received().toString())
                    .put("cause", reply.cause())
                    .put("httpStatus", reply.httpStatus());
            put(one, "contentType", reply.contentType());
            one.put("bytes", reply.bytes()).put("body", "/api/watches/" + item.id() + "/unreadable/" + reply.number());
        }
        return node;
    }
}
