package io.jobrelay.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.jobrelay.job.JobState;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.History;
import io.jobrelay.ledger.JobIndex;
import io.jobrelay.ledger.JobIndex.Member;
import io.jobrelay.ledger.JobIndex.Order;
import io.jobrelay.ledger.Page;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /api/jobs}: the records and the changes of each job. {@code /api/timeline}: when the latest jobs were in which state. */
record JobsResource(JobIndex jobs, History history) implements Resource {
    static final List<String> STATES =
            Arrays.stream(JobState.values()).map(Enum::name).toList();
    private static final Map<String, Member> MEMBERS = Map.of(
            "id", Member.ID,
            "observeTime", Member.OBSERVE_TIME,
            "stateTime", Member.STATE_TIME,
            "name", Member.NAME,
            "state", Member.STATE,
            "account", Member.ACCOUNT);
    private static final Set<Member> TIMES = Set.of(Member.OBSERVE_TIME, Member.STATE_TIME);
    private static final Map<String, Order> ORDERS = orders();
    private static final Order LATEST_FIRST = new Order(Member.OBSERVE_TIME, true);
    private static final int LARGEST_TIMELINE = 100;

    @Override
    public void addTo(Routes routes) {
        routes.get(
                "/api/jobs", this::list, "state", "api", "account", "label", "watch", "q", "sort", "limit", "cursor");
        routes.get("/api/timeline", this::timeline, "state", "api", "account", "label", "watch", "q", "limit");
        routes.get("/api/jobs/{id+}/changes", this::changes, "limit", "cursor");
        routes.get("/api/jobs/{id+}", this::record);
    }

    private Reply list(Request request) {
        Query query = request.query();
        JobIndex.Filter filter = filter(query);
        Order order = query.choice("sort", ORDERS, Order.USUAL);
        String name = "jobs " + (order.down() ? "-" : "") + order.member();
        Page<JobIndex.Item, JobIndex.Place> found = jobs.page(filter, order, place(query, name, order), query.limit());
        return Reply.page("jobs", found, JobsResource::item, next -> Cursor.write(name, next.key(), next.id()));
    }

    private Reply timeline(Request request) {
        Query query = request.query();
        Page<JobIndex.Item, JobIndex.Place> found =
                jobs.page(filter(query), LATEST_FIRST, null, query.limit(LARGEST_TIMELINE));
        Map<String, List<History.Stage>> stages =
                history.stages(found.items().stream().map(JobIndex.Item::id).toList());
        ObjectNode timeline = Json.MAPPER.createObjectNode();
        ArrayNode items = timeline.putArray("jobs");
        for (JobIndex.Item item : found.items()) {
            ObjectNode job = item(item);
            ArrayNode all = job.putArray("stages");
            for (History.Stage stage : stages.getOrDefault(item.id(), List.of())) {
                all.addObject()
                        .put("state", stage.state())
                        .put("time", stage.since().toString());
            }
            items.add(job);
        }
        return Reply.json(200, timeline.put("complete", found.next().isEmpty()));
    }

    private static JobIndex.Filter filter(Query query) {
        return new JobIndex.Filter(
                query.several("state", STATES),
                query.several("api"),
                query.several("account"),
                query.pairs("label"),
                query.one("q"),
                query.one("watch"));
    }

    private static Map<String, Order> orders() {
        Map<String, Order> orders = new HashMap<>();
        MEMBERS.forEach((name, member) -> {
            orders.put(name, new Order(member, false));
            orders.put("-" + name, new Order(member, true));
        });
        return Map.copyOf(orders);
    }

    private static JobIndex.@Nullable Place place(Query query, String name, Order order) {
        Optional<List<String>> place = Cursor.read(query, name, 2);
        if (TIMES.contains(order.member())) {
            place.ifPresent(parts -> Cursor.number(parts.get(0)));
        }
        return place.map(parts -> new JobIndex.Place(parts.get(0), parts.get(1)))
                .orElse(null);
    }

    private static ObjectNode item(JobIndex.Item item) {
        try {
            ObjectNode job = (ObjectNode) Json.MAPPER.readTree(item.record());
            job.put("stateTime", item.stateTime().toString());
            if (item.stuck()) {
                job.put("stuck", true);
            }
            if (item.watch() != null) {
                ObjectNode watch =
                        job.putObject("watch").put("id", item.watch()).put("health", item.health());
                if (item.nextPoll() != null) {
                    watch.put("nextPollTime", item.nextPoll().toString());
                }
            }
            return job;
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Reply record(Request request) {
        JobIndex.Job job = find(request);
        Reply reply = Reply.json(200, job.record()).with("ETag", "\"" + job.sequence() + "\"");
        return job.watch() == null ? reply : reply.with("Link", "</api/watches/" + job.watch() + ">; rel=\"related\"");
    }

    private Reply changes(Request request) {
        Query query = request.query();
        JobIndex.Job job = find(request);
        String name = "changes " + job.id();
        int limit = query.limit();
        long after = Cursor.read(query, name, 1)
                .map(place -> Cursor.number(place.get(0)))
                .orElse(0L);
        List<History.Entry> entries = history.of(job.id(), after, limit);
        long last = entries.isEmpty()
                ? job.sequence()
                : entries.get(entries.size() - 1).sequence();
        return Reply.page(
                "changes",
                new Page<>(entries, last < job.sequence() ? Optional.of(last) : Optional.empty()),
                entry -> new RawValue(new String(entry.event(), UTF_8)),
                next -> Cursor.write(name, next));
    }

    /** An id contains slashes and percent signs. It should be percent-encoded in the path, but need not be. */
    private JobIndex.Job find(Request request) {
        String id = request.part("id");
        return jobs.find(id)
                .or(() -> jobs.find(request.raw("id")))
                .orElseThrow(
                        () -> RefusedException.of(404, "there is no job '%s'; /api/jobs lists them".formatted(id)));
    }
}
