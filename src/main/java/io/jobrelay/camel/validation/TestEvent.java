package io.jobrelay.camel.validation;

import static io.jobrelay.camel.validation.TestProblems.names;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.job.Change;
import io.jobrelay.job.Event;
import io.jobrelay.job.HealthChange;
import io.jobrelay.job.JobState;
import io.jobrelay.job.Json;
import io.jobrelay.provider.FailureKind;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Completes the event of a test case. It is written as one flat mapping: members of the record beside those of the change, or
 * those of the health of a watch.
 *
 * @param apis the provider APIs that an event may be of
 */
record TestEvent(RecordSchema schema, Collection<String> apis, Clock clock, TestProblems problems) {
    private static final String NAME = "test";
    private static final List<String> OF_A_CHANGE = List.of("previousState", "previousReason", "skippedStates");
    private static final List<String> OF_HEALTH =
            List.of("health", "previousHealth", "stale", "previousStale", "unansweredSince", "failure");
    private static final List<String> OF_A_WATCH = List.of("api", "account", "parameters", "labels");
    private static final Set<String> STATES = names(JobState.values());

    /** The event as receivers get it; JSON null where there is a problem. */
    JsonNode of(YamlNode written) {
        boolean health = OF_HEALTH.stream().anyMatch(written.members()::containsKey);
        Set<String> known = new TreeSet<>(health ? OF_HEALTH : OF_A_CHANGE);
        known.addAll(health ? OF_A_WATCH : schema.names());
        known.addAll(List.of("api", "account"));
        problems.requireMembers(written, "event", known);
        written.member("api").ifPresent(api -> problems.requireOneOf(api, "event.api", apis));
        Set<String> kinds = names(FailureKind.values());
        kinds.addAll(List.of(HealthChange.OK, HealthChange.REFUSED));
        require(written, health ? List.of("health", "previousHealth") : List.of(), kinds);
        require(written, health ? List.of() : List.of("state", "previousState"), STATES);
        if (!problems.none()) {
            return Json.MAPPER.nullNode();
        }
        try {
            JsonNode change = health ? healthChange(written) : jobChange(written);
            return problems.none() ? Json.MAPPER.valueToTree(event(change, health)) : Json.MAPPER.nullNode();
        } catch (JsonMappingException e) {
            String member = e.getPath().isEmpty()
                    ? ""
                    : "." + e.getPath().get(e.getPath().size() - 1).getFieldName();
            problems.add(written.line(), "event" + member, "cannot be read, was " + written.toJson());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        return Json.MAPPER.nullNode();
    }

    private void require(YamlNode written, List<String> members, Set<String> values) {
        members.forEach(
                name -> written.member(name).ifPresent(value -> problems.requireOneOf(value, "event." + name, values)));
    }

    private Event event(JsonNode change, boolean health) throws JsonProcessingException {
        return health
                ? Event.of(NAME, NAME, Json.MAPPER.treeToValue(change, HealthChange.class), 1, clock.instant())
                : Event.of(NAME, NAME, Json.MAPPER.treeToValue(change, Change.class), clock.instant());
    }

    private JsonNode jobChange(YamlNode written) {
        ObjectNode record = written.toJson().deepCopy();
        ObjectNode change = Json.MAPPER.createObjectNode();
        for (String member : OF_A_CHANGE) {
            JsonNode value = record.remove(member);
            change.set(member, value == null && member.equals("skippedStates") ? change.arrayNode() : value);
        }
        ObjectNode provider = record.withObject("/provider");
        JsonNode api = record.remove("api");
        JsonNode account = record.remove("account");
        put(provider, "api", api == null ? NAME : api.asText());
        put(provider, "account", account == null ? NAME : account.asText());
        put(provider, "name", NAME);
        put(provider, "service", NAME);
        put(
                record,
                "id",
                "%s/%s/job"
                        .formatted(
                                provider.path("api").asText(),
                                provider.path("account").asText()));
        put(record, "kind", "TRAINING");
        put(record, "state", JobState.RUNNING.name());
        record.put("terminal", JobState.valueOf(record.path("state").asText()).terminal());
        if (!record.has("sequence")) {
            record.put("sequence", 1);
        }
        if (!record.has("raw")) {
            record.putObject("raw").put("id", NAME);
        }
        for (String problem : schema.problems(record)) {
            String[] parts = problem.split(": ", 2);
            String key = parts[0].replaceFirst("^\\$", "event");
            String member = key.replaceFirst("^event\\.?", "").replaceFirst("[.\\[].*", "");
            problems.add(written.member(member).orElse(written).line(), key, "the record's schema: " + parts[1]);
        }
        change.set("job", record);
        return change;
    }

    private JsonNode healthChange(YamlNode written) {
        ObjectNode change = written.toJson().deepCopy();
        ObjectNode watch = Json.MAPPER.createObjectNode().put("id", NAME);
        for (String member : OF_A_WATCH) {
            JsonNode value = change.remove(member);
            if (value != null) {
                watch.set(member, value);
            }
        }
        put(watch, "api", NAME);
        put(watch, "account", NAME);
        watch.withObject("/parameters");
        watch.withObject("/labels");
        change.set("watch", watch);
        put(change, "health", HealthChange.OK);
        put(change, "previousHealth", HealthChange.OK);
        return change;
    }

    private static void put(ObjectNode node, String name, String value) {
        if (!node.has(name)) {
            node.put(name, value);
        }
    }
}
