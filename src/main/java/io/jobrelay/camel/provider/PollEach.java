package io.jobrelay.camel.provider;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.camel.watches.KeepReply;
import io.jobrelay.camel.watches.Poll;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.Json;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.watch.ProviderApi;
import io.jobrelay.watch.Watch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Makes records of the jobs that a list holds, each by the API of one job: the body is an array of <code>{parameters,
 * reply}</code>, the parameters that a watch of the job would have, and what its API would answer. Where a job has {@code
 * describe: true}, as one that has ended may, it is asked for once, since the list says less of it; what the list says stays
 * where that fails for this job alone.
 */
final class PollEach implements Processor {
    private final ProviderConfiguration providers;

    /** By list watch, and by what the list says of a job: what was described. As much as the last poll has seen. */
    private final Map<String, Map<JsonNode, List<JobRecord>>> described = new ConcurrentHashMap<>();

    PollEach(ProviderConfiguration providers) {
        this.providers = providers;
    }

    /** Forgets what was described: another mapping may make another record of it. */
    void forget() {
        described.clear();
    }

    @Override
    public void process(Exchange exchange) {
        Watch list = Poll.of(exchange).watch();
        String of = providers.api(list.api()).map(ProviderApi::getOf).orElse("");
        if (providers.api(of).isEmpty()) {
            throw KeepReply.malformed(
                    exchange, "%s lists jobs of the API '%s', which is not there".formatted(list.api(), of));
        }
        JsonNode jobs = requireNonNull(exchange.getMessage().getBody(JsonNode.class), "the list gave nothing");
        Map<JsonNode, List<JobRecord>> before = described.getOrDefault(list.id(), Map.of());
        Map<JsonNode, List<JobRecord>> now = new HashMap<>();
        List<JobRecord> records = new ArrayList<>();
        for (JsonNode job : jobs) {
            Watch watch = new Watch(
                    of,
                    list.account(),
                    Json.MAPPER.convertValue(job.path("parameters"), new TypeReference<Map<String, Object>>() {}),
                    list.pace(),
                    list.labels(),
                    list.progress(),
                    null,
                    false);
            if (job.path("describe").asBoolean()) {
                List<JobRecord> known = before.get(job);
                now.put(job, known == null ? describe(watch, job.path("reply")) : known);
                records.addAll(now.get(job));
            } else {
                records.addAll(providers.poll(watch, job.path("reply")));
            }
        }
        described.put(list.id(), now);
        exchange.getMessage().setBody(records);
    }

    private List<JobRecord> describe(Watch watch, JsonNode listed) {
        try {
            return providers.poll(watch);
        } catch (PollFailedException e) {
            return switch (e.failure().kind()) {
                case FORBIDDEN, NOT_FOUND, REJECTED, MALFORMED -> providers.poll(watch, listed);
                case UNAUTHENTICATED, THROTTLED, UNAVAILABLE, TIMEOUT -> throw e;
            };
        }
    }
}
