package io.jobrelay.camel.validation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import io.jobrelay.settings.NearestName;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** An event, and the destinations that the router must send it to. */
record EventCase(DryRun dryRun, RoutingPreview routing, RecordSchema schema, TestProblems problems) {
    static final Set<String> MEMBERS = Set.of("name", "event", "destinations");

    /** What runs the case; it may be run if there was no problem. */
    Runnable read(YamlNode item) {
        problems.requireMembers(item, "", MEMBERS);
        JsonNode event = item.member("event").map(this::event).orElseThrow();
        Optional<YamlNode> destinations = problems.required(item, "destinations", "a list of those that get the event");
        destinations
                .filter(list -> !list.isSequence())
                .ifPresent(
                        list -> problems.add(list.line(), "destinations", "must be a list, such as [file, webhook]"));
        return () -> destinations.ifPresent(list -> compareDestinations(list, event));
    }

    private JsonNode event(YamlNode written) {
        if (written.isMapping()) {
            return new TestEvent(schema, dryRun.providers().apis().keySet(), dryRun.clock(), problems).of(written);
        }
        String text = problems.file(written, "event");
        try {
            return routing.event(Json.MAPPER.readTree(text));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            problems.add(
                    written.line(),
                    "event",
                    "must be the file of one event or job record, in JSON, was '%s'".formatted(written.text()));
            return Json.MAPPER.nullNode();
        }
    }

    private void compareDestinations(YamlNode written, JsonNode event) {
        RoutingPreview.Outcome outcome = routing.route(event);
        if (!outcome.failure().isEmpty()) {
            problems.add(written.line(), "destinations", "the router fails with this event: " + outcome.failure());
            return;
        }
        Set<String> expected = new TreeSet<>();
        written.items().forEach(name -> expected.add(name.text()));
        Set<String> given = new TreeSet<>();
        outcome.steps().stream().filter(RoutingPreview.Step::outbox).forEach(step -> given.add(step.to()));
        if (!expected.equals(given)) {
            Set<String> known = new TreeSet<>(routing.destinations());
            known.addAll(dryRun.settings().destinations().keySet());
            known.addAll(given);
            String unknown = expected.stream()
                    .filter(name -> !known.contains(name))
                    .map(name -> "; no route reads outbox:" + name + NearestName.hint(name, known))
                    .findFirst()
                    .orElse("");
            problems.add(written.line(), "destinations", "must be %s, was %s%s".formatted(expected, given, unknown));
        }
    }
}
