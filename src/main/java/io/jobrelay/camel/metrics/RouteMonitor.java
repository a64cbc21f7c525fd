package io.jobrelay.camel.metrics;

import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.toMap;

import io.jobrelay.ledger.Destinations;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.status.Flow;
import io.jobrelay.status.RouteFlow;
import io.jobrelay.status.RouteFlow.Stage;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.model.EndpointRequiredDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;
import org.jspecify.annotations.Nullable;

/**
 * The routes that run, and what goes through them. Each is counted by a policy of its own, which goes with it when it is
 * loaded again: Camel's management beans would tell much more and cost as much memory, and its meters only begin and end.
 */
public final class RouteMonitor implements RoutePolicyFactory {
    private static final String WATCHES = "watches:";
    private static final String OUTBOX = "outbox:";
    private static final String DIRECT = "direct:";

    private final CamelContext context;
    private final Supplier<Set<String>> apis;
    private final Destinations destinations;
    private final Clock clock;

    /**
     * @param apis names of the provider APIs
     * @param destinations what waits in the outboxes
     */
    public RouteMonitor(CamelContext context, Supplier<Set<String>> apis, Destinations destinations, Clock clock) {
        this.context = context;
        this.apis = apis;
        this.destinations = destinations;
        this.clock = clock;
        context.addRoutePolicyFactory(this);
    }

    @Override
    public RoutePolicy createRoutePolicy(CamelContext camel, String routeId, NamedNode route) {
        return new RouteCount(targets(route));
    }

    public Flow flow() {
        Set<String> known = apis.get();
        Map<String, Destinations.Entry> outboxes =
                destinations.list().stream().collect(toMap(entry -> OUTBOX + entry.name(), Function.identity()));
        return new Flow(
                clock.instant(),
                context.getRoutes().stream()
                        .map(route -> flow(route, known, outboxes))
                        .sorted(comparing(RouteFlow::stage).thenComparing(RouteFlow::id))
                        .toList());
    }

    private RouteFlow flow(Route route, Set<String> known, Map<String, Destinations.Entry> outboxes) {
        RouteCount count = route.getRoutePolicyList().stream()
                .filter(RouteCount.class::isInstance)
                .map(RouteCount.class::cast)
                .findFirst()
                .orElseGet(() -> new RouteCount(List.of()));
        String file = file(route);
        String from = bare(route.getEndpoint().getEndpointUri());
        List<String> to = count.to;
        Destinations.Entry outbox = outboxes.get(from);
        ServiceStatus status = context.getRouteController().getRouteStatus(route.getRouteId());
        return new RouteFlow(
                route.getRouteId(),
                route.getDescription(),
                file,
                stage(from, known),
                status == null ? ServiceStatus.Stopped.name() : status.name(),
                from,
                to,
                count.done.sum(),
                count.failed.sum(),
                count.inflight(),
                outbox != null ? Long.valueOf(outbox.pending()) : from.startsWith(OUTBOX) ? Long.valueOf(0) : null,
                outbox == null ? null : outbox.oldestPendingTime(),
                count.lastDone,
                count.lastFailed);
    }

    private static Stage stage(String from, Set<String> apis) {
        if (from.startsWith(OUTBOX)) {
            return from.equals(OUTBOX + Outbox.CHANGES) ? Stage.ROUTER : Stage.DESTINATION;
        }
        if (from.startsWith(DIRECT)) {
            return apis.contains(from.substring(DIRECT.length())) ? Stage.PROVIDER : Stage.PART;
        }
        return from.startsWith(WATCHES) ? Stage.WATCH : Stage.PART;
    }

    private static @Nullable String file(Route route) {
        Resource source = route.getSourceResource();
        return source == null || !"file".equals(source.getScheme())
                ? null
                : source.getLocation().substring("file:".length());
    }

    /** As the file has them: a placeholder may stand for a secret. Camel forgets its model once a route is built. */
    public static List<String> targets(NamedNode route) {
        return route instanceof RouteDefinition definition
                ? ProcessorDefinitionHelper.filterTypeInOutputs(definition.getOutputs(), ProcessorDefinition.class)
                        .stream()
                        .flatMap(step -> uri(step).stream())
                        .map(uri -> bare(uri.startsWith(DIRECT) ? filled(uri, definition) : uri))
                        .distinct()
                        .toList()
                : List.of();
    }

    /** With the parameters of the route's template, if it is made of one. */
    private static String filled(String uri, RouteDefinition route) {
        String text = uri;
        if (route.getTemplateParameters() != null) {
            for (Map.Entry<String, Object> parameter :
                    route.getTemplateParameters().entrySet()) {
                text = text.replace(
                        "{{" + parameter.getKey() + "}}", parameter.getValue().toString());
            }
        }
        return text;
    }

    private static Optional<String> uri(ProcessorDefinition<?> step) {
        if (step instanceof EndpointRequiredDefinition sends) {
            return Optional.ofNullable(sends.getEndpointUri());
        }
        return step instanceof ToDynamicDefinition sends ? Optional.ofNullable(sends.getUri()) : Optional.empty();
    }

    /** Parameters may be secrets, and so may be who asks. */
    public static String bare(String uri) {
        return uri.replaceFirst("\\?.*", "").replaceFirst("//.*@", "//").replaceFirst("^(?!https?:)([^:/]+)://", "$1:");
    }

    /** Counts what goes through one route. */
    private final class RouteCount extends RoutePolicySupport {
        private final List<String> to;
        private final LongAdder begun = new LongAdder();
        private final LongAdder done = new LongAdder();
        private final LongAdder failed = new LongAdder();
        private volatile @Nullable Instant lastDone;
        private volatile @Nullable Instant lastFailed;

        /**
         * @param to where the route may send messages
         */
        private RouteCount(List<String> to) {
            this.to = to;
        }

        @Override
        public void onExchangeBegin(Route route, Exchange exchange) {
            begun.increment();
        }

        @Override
        public void onExchangeDone(Route route, Exchange exchange) {
            Instant now = clock.instant();
            if (exchange.isFailed()) {
                failed.increment();
                lastFailed = now;
            }
            lastDone = now;
            done.increment();
        }

        /** What is done is read first: a message that comes in between is in flight, and none is in flight that never came. */
        private long inflight() {
            long before = done.sum();
            return begun.sum() - before;
        }
    }
}
