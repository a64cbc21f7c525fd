package io.jobrelay.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.JobIndex;
import io.jobrelay.ledger.JobIndex.Member;
import io.jobrelay.ledger.JobIndex.Order;
import io.jobrelay.ledger.Lives;
import java.util.List;
import java.util.Map;

/** {@code /api/timeline}: when the jobs that changed last were in which state. */
record TimelineResource(JobIndex jobs, Lives lives) {
    private static final int LARGEST = 100;
    private static final Order LATEST_FIRST = new Order(Member.OBSERVE_TIME, true);

    void addTo(Routes routes) {
        routes.get("/api/timeline", this::timeline, "state", "api", "account", "label", "watch", "q", "limit");
    }

    private Reply timeline(Request request) {
        Query query = request.query();
        JobIndex.Page found = jobs.page(JobsResource.filter(query), LATEST_FIRST, null, query.limit(LARGEST));
        Map<String, List<Lives.Stage>> stages =
                lives.of(found.items().stream().map(item -> item.place().id()).toList());
        ObjectNode timeline = Json.MAPPER.createObjectNode();
        ArrayNode items = timeline.putArray("jobs");
        for (JobIndex.Item item : found.items()) {
            ObjectNode job = JobsResource.item(item);
            ArrayNode life = job.putArray("stages");
            for (Lives.Stage stage : stages.getOrDefault(item.place().id(), List.of())) {
                life.addObject()
                        .put("state", stage.state())
                        .put("time", stage.since().toString());
            }
            items.add(job);
        }
        return Reply.json(200, timeline.put("complete", found.next() == null));
    }
}
