package io.jobrelay.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toMap;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.jobrelay.job.JobState;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.History;
import io.jobrelay.ledger.JobIndex;
import io.jobrelay.ledger.JobIndex.Order;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /api/jobs}: the records, and what became of each job. */
final class JobsResource {
    static final List<String> STATES =
            Arrays.stream(JobState.values()).map(Enum::name).toList();
    private static final Map<String, Order> ORDERS = Map.of(
            "id", Order.ID,
            "-id", Order.ID_DOWN,
            "observeTime", Order.OBSERVE_TIME,
            "-observeTime", Order.OBSERVE_TIME_DOWN);
    private static final Map<Order, String> ORDER_NAMES =
            ORDERS.entrySet().stream().collect(toMap(Map.Entry::getValue, Map.Entry::getKey));

    private final JobIndex jobs;
    private final History history;

    JobsResource(JobIndex jobs, History history) {
        this.jobs = jobs;
        this.history = history;
    }

    void addTo(Routes routes) {
        routes.get("/api/jobs", this::list);
        routes.get("/api/jobs/{id+}/changes", this::changes);
        routes.get("/api/jobs/{id+}", this::record);
    }

    private Reply list(Request request) {
        Query query =
                request.query(List.of("state", "api", "account", "label", "watch", "q", "sort", "limit", "cursor"));
        JobIndex.Filter filter = new JobIndex.Filter(
                query.several("state", STATES),
                query.several("api"),
                query.several("account"),
                query.pairs("label"),
                query.one("q"),
                query.one("watch"));
        Order order = query.choice("sort", ORDERS, Order.ID);
        String name = "jobs " + ORDER_NAMES.get(order);
        int limit = query.limit();
        List<JobIndex.Item> found = jobs.page(filter, order, place(query.one("cursor"), name), limit + 1);
        ObjectNode page = Json.MAPPER.createObjectNode();
        ArrayNode items = page.putArray("jobs");
        found.stream().limit(limit).forEach(item -> items.add(item(item)));
        if (found.size() > limit) {
            JobIndex.Place last = found.get(limit - 1).place();
            page.put("next", Cursor.write(name, last.observedAt(), last.id()));
        }
        return Reply.json(200, page);
    }

    private static JobIndex.@Nullable Place place(@Nullable String cursor, String name) {
        List<String> parts = Cursor.read(cursor, name, 2);
        return parts == null ? null : new JobIndex.Place(Cursor.number(parts.get(0)), parts.get(1));
    }

    private static ObjectNode item(JobIndex.Item item) {
        try {
            ObjectNode job = (ObjectNode) Json.MAPPER.readTree(item.record());
            job.put("stateTime", item.stateTime().toString());
            if (item.stuck()) {
                job.put("stuck", true);
            }
            JobIndex.WatchState watch = item.watch();
            if (watch != null) {
                ObjectNode node = job.putObject("watch").put("id", watch.id()).put("health", watch.health());
                if (watch.nextPoll() != null) {
                    node.put("nextPollTime", watch.nextPoll().toString());
                }
            }
            return job;
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Reply record(Request request) {
        request.query(List.of());
        JobIndex.Job job = find(request);
        String tag = "\"" + job.sequence() + "\"";
        return (request.has(tag) ? Reply.empty(304) : Reply.json(200, job.record())).with("ETag", tag);
    }

    private Reply changes(Request request) {
        Query query = request.query(List.of("limit", "cursor"));
        JobIndex.Job job = find(request);
        String name = "changes " + job.id();
        int limit = query.limit();
        List<String> place = Cursor.read(query.one("cursor"), name, 1);
        long after = place == null ? 0 : Cursor.number(place.get(0));
        List<History.Entry> entries = history.of(job.id(), after, limit);
        ObjectNode page = Json.MAPPER.createObjectNode();
        ArrayNode items = page.putArray("changes");
        entries.forEach(entry -> items.addRawValue(new RawValue(new String(entry.event(), UTF_8))));
        if (!entries.isEmpty()) {
            long last = entries.get(entries.size() - 1).sequence();
            if (last < job.sequence()) {
                page.put("next", Cursor.write(name, last));
            }
        }
        return Reply.json(200, page);
    }

    /** The id holds slashes and percent signs: it may stand in the path encoded, as it should, or plainly. */
    private JobIndex.Job find(Request request) {
        String id = request.part("id");
        return jobs.find(id)
                .or(() -> jobs.find(request.raw("id")))
                .orElseThrow(
                        () -> RefusedException.of(404, "there is no job '%s'; /api/jobs lists them".formatted(id)));
    }
}
