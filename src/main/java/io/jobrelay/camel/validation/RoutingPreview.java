package io.jobrelay.camel.validation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.camel.config.ContextSettings;
import io.jobrelay.camel.outbox.OutboxHeaders;
import io.jobrelay.job.Change;
import io.jobrelay.job.Event;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.settings.Destination;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.Route;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;
import org.apache.camel.support.ExchangeHelper;

/**
 * Tells what the router would do with a change: the routes of this directory as they are, with endpoints that only note what
 * they are given, so that nothing is stored, sent or asked.
 */
public final class RoutingPreview implements AutoCloseable {
    private static final String OUTBOX = "outbox://";
    /** What happens within the process, and decides. */
    private static final Set<String> LOCAL = Set.of("direct", "bean", "class", "language", "log");

    private final DryRun dryRun;
    private final CamelContext context;
    private final Clock clock;
    private final List<Processor> routers = new ArrayList<>();
    private final List<Step> noted = new ArrayList<>();

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

    /**
     * Builds the routes; those that cannot be built are left out, as {@link DryRun#problems()} tells.
     *
     * @throws IllegalStateException if there are no routes here, or Camel refuses its own settings
     */
    public RoutingPreview(Clock clock) {
        this(new DryRun(clock), clock);
    }

    RoutingPreview(DryRun dryRun, Clock clock) {
        this.dryRun = dryRun;
        this.clock = clock;
        context = dryRun.context();
        context.getCamelContextExtension()
                .registerEndpointCallback((uri, endpoint) -> isLocal(endpoint) ? endpoint : new Noting(endpoint));
        dryRun.problems();
        dryRun.startDirectRoutes();
        try {
            for (Route route : routes(OUTBOX + Outbox.CHANGES)) {
                context.getRouteController().startRoute(route.getRouteId());
            }
        } catch (Exception e) {
            close();
            throw ContextSettings.cause(e, dryRun.secrets());
        }
    }

    private static boolean isLocal(Endpoint endpoint) {
        String uri = endpoint.getEndpointUri();
        return LOCAL.contains(uri.substring(0, Math.max(0, uri.indexOf(':'))));
    }

    private List<Route> routes(String from) {
        return context.getRoutes().stream()
                .filter(route -> route.getEndpoint().getEndpointUri().equals(from))
                .toList();
    }

    /** False if no route reads the changes. */
    public boolean hasRouter() {
        return !routers.isEmpty();
    }

    /** The destinations that routes read, by name. */
    public Set<String> destinations() {
        Set<String> names = new TreeSet<>();
        context.getRoutes().stream()
                .map(route -> route.getEndpoint().getEndpointUri())
                .filter(uri -> uri.startsWith(OUTBOX))
                .forEach(uri -> names.add(name(uri)));
        names.remove(Outbox.CHANGES);
        return names;
    }

    /** True if the settings switch the destination off. */
    public boolean off(String destination) {
        Destination settings = dryRun.settings().destinations().get(destination);
        return settings != null && !settings.enabled();
    }

    private static String name(String uri) {
        return uri.substring(OUTBOX.length()).replaceFirst("\\?.*", "");
    }

    /**
     * Lets the router have a change.
     *
     * @param document an event, or a record, which is then the first that is heard of its job
     * @throws IllegalArgumentException if it is neither; says why
     */
    public Outcome route(JsonNode document) {
        JsonNode event = document.has("specversion") ? document : event(document);
        String subject = event.path("subject").asText();
        noted.clear();
        String failure = "";
        for (Processor router : routers) {
            Exchange exchange = context.getEndpoint(OUTBOX + Outbox.CHANGES).createExchange(ExchangePattern.InOnly);
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
                router.process(exchange);
            } catch (Exception e) {
                exchange.setException(e);
            }
            if (exchange.getException() != null) {
                failure = dryRun.secrets()
                        .mask(String.valueOf(exchange.getException().getMessage()));
            }
        }
        return new Outcome(subject, noted, failure);
    }

    private JsonNode event(JsonNode document) {
        if (!document.isObject()) {
            throw new IllegalArgumentException("must be a job record or an event, in JSON");
        }
        ObjectNode numbered = document.deepCopy();
        numbered.put("sequence", Math.max(1, document.path("sequence").asLong()));
        try {
            JobRecord record = Json.MAPPER.treeToValue(numbered, JobRecord.class);
            Change change = new Change(record, null, null, List.of());
            return Json.MAPPER.valueToTree(Event.of("preview", "preview", change, clock.instant()));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new IllegalArgumentException("is neither a job record nor an event: " + why, e);
        }
    }

    @Override
    public void close() {
        dryRun.close();
    }

    /** Stands in for an endpoint that leads out of the process. */
    private final class Noting extends DefaultEndpoint {
        private final String uri;

        private Noting(Endpoint real) {
            super(
                    real.getEndpointUri(),
                    requireNonNull(context.hasComponent(scheme(real)), "it has made the endpoint"));
            uri = real.getEndpointUri();
        }

        private static String scheme(Endpoint endpoint) {
            String uri = endpoint.getEndpointUri();
            return uri.substring(0, uri.indexOf(':'));
        }

        @Override
        public Producer createProducer() {
            return new DefaultProducer(this) {
                @Override
                public void process(Exchange exchange) {
                    noted.add(step(exchange));
                }
            };
        }

        private Step step(Exchange exchange) {
            String id = String.valueOf(exchange.getExchangeExtension().getHistoryNodeId());
            NamedNode node = ((ModelCamelContext) context).getProcessorDefinition(id);
            boolean outbox = uri.startsWith(OUTBOX);
            return new Step(
                    outbox ? name(uri) : dryRun.secrets().mask(uri),
                    outbox,
                    String.valueOf(ExchangeHelper.getAtRouteId(exchange)),
                    id,
                    node == null || node.getDescriptionText() == null ? "" : node.getDescriptionText());
        }

        @Override
        public Consumer createConsumer(Processor processor) {
            if (uri.equals(OUTBOX + Outbox.CHANGES)) {
                routers.add(processor);
            }
            return new DefaultConsumer(this, processor);
        }
    }
}
