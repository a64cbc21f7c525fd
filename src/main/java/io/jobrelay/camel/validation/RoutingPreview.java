package io.jobrelay.camel.validation;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.camel.config.ContextSettings;
import io.jobrelay.camel.outbox.OutboxComponent;
import io.jobrelay.camel.outbox.OutboxHeaders;
import io.jobrelay.job.Change;
import io.jobrelay.job.Event;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.settings.Destination;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Route;
import org.apache.camel.support.DefaultConsumer;

/** Tells what the router of a dry run would do with a change. */
public final class RoutingPreview {
    private final DryRun dryRun;
    private final CamelContext context;

    /**
     * A step that sends the change to an endpoint.
     *
     * @param to a destination by its name, or another endpoint by its URI
     * @param outbox true for a destination
     * @param route the id of the route that the step is in
     * @param step its id
     * @param description what the step says of itself, empty if nothing
     */
    public record Step(String to, boolean outbox, String route, String step, String description) {}

    /**
     * What became of a change.
     *
     * @param failure why the router could not do with it, empty if it could
     */
    public record Outcome(String subject, List<Step> steps, String failure) {
        public Outcome {
            steps = List.copyOf(steps);
        }
    }

    /** @param dryRun has built its routes; what could not be built gets no change */
    public RoutingPreview(DryRun dryRun) {
        this.dryRun = dryRun;
        context = dryRun.context();
        dryRun.startDirectRoutes();
        try {
            for (Route route : routes(OutwardSteps.OUTBOX + Outbox.CHANGES)) {
                context.getRouteController().startRoute(route.getRouteId());
            }
        } catch (Exception e) {
            throw ContextSettings.cause(e, dryRun.secrets());
        }
    }

    private List<Route> routes(String from) {
        return context.getRoutes().stream()
                .filter(route -> route.getEndpoint().getEndpointUri().equals(from))
                .toList();
    }

    /** False if no route reads the changes. */
    public boolean hasRouter() {
        return !dryRun.steps().routers().isEmpty();
    }

    /** The destinations that routes read, by name. */
    public Set<String> destinations() {
        Set<String> names = new TreeSet<>();
        context.getRoutes().stream()
                .map(route -> route.getEndpoint().getEndpointUri())
                .filter(uri -> uri.startsWith(OutwardSteps.OUTBOX))
                .forEach(uri -> names.add(OutwardSteps.destination(uri)));
        names.remove(Outbox.CHANGES);
        return names;
    }

    /** True if the settings switch the destination off. */
    public boolean off(String destination) {
        Destination settings = dryRun.settings().destinations().get(destination);
        return settings != null && !settings.enabled();
    }

    /**
     * Lets the router have a change.
     *
     * @param document an event, or a record, which is then the first that is heard of its job
     * @throws IllegalArgumentException if it is neither; says why
     */
    public Outcome route(JsonNode document) {
        JsonNode event = event(document);
        String subject = event.path("subject").asText();
        dryRun.steps().take();
        String failure = "";
        for (DefaultConsumer router : dryRun.steps().routers()) {
            Exchange exchange =
                    context.getEndpoint(OutwardSteps.OUTBOX + Outbox.CHANGES).createExchange(ExchangePattern.InOnly);
            exchange.getMessage().setBody(Json.write(event).getBytes(UTF_8));
            Map.of(
                            OutboxHeaders.DESTINATION,
                            Outbox.CHANGES,
                            OutboxHeaders.EVENT_ID,
                            event.path("id").asText(),
                            OutboxHeaders.EVENT_TYPE,
                            event.path("type").asText(),
                            OutboxHeaders.SUBJECT,
                            subject,
                            OutboxHeaders.ATTEMPT,
                            1)
                    .forEach(exchange.getMessage()::setHeader);
            try {
                router.getProcessor().process(exchange);
            } catch (Exception e) {
                exchange.setException(e);
            }
            if (exchange.getException() != null) {
                Exception explained = context.getComponent("outbox", OutboxComponent.class)
                        .explain(router.getRouteId(), exchange, exchange.getException());
                failure = dryRun.secrets().mask(String.valueOf(explained.getMessage()));
            }
        }
        return new Outcome(subject, dryRun.steps().take(), failure);
    }

    /**
     * The event itself, or that of a record.
     *
     * @throws IllegalArgumentException if it is neither; says why
     */
    JsonNode event(JsonNode document) {
        if (document.has("specversion")) {
            return document;
        }
        if (!document.isObject()) {
            throw new IllegalArgumentException("must be a job record or an event, in JSON");
        }
        ObjectNode numbered = document.deepCopy();
        numbered.put("sequence", Math.max(1, document.path("sequence").asLong()));
        try {
            JobRecord record = Json.MAPPER.treeToValue(numbered, JobRecord.class);
            Change change = new Change(record, null, null, List.of());
            return Json.MAPPER.valueToTree(
                    Event.of("preview", "preview", change, dryRun.clock().instant()));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new IllegalArgumentException("is neither a job record nor an event: " + why, e);
        }
    }
}
