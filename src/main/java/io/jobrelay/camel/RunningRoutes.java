package io.jobrelay.camel;

import static java.util.Comparator.comparing;

import io.jobrelay.flow.Flow;
import io.jobrelay.flow.RouteFlow;
import io.jobrelay.flow.RouteFlow.Stage;
import io.jobrelay.ledger.Outbox;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.model.EndpointRequiredDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.jspecify.annotations.Nullable;

/**
 * The routes that run, and what goes through them. Each is counted by a policy of its own, which goes with it when it is
 * loaded anew: Camel's management beans would tell much more and cost as much memory, and its meters only begin and end.
 */
final class RunningRoutes implements RoutePolicyFactory {
    private static final Path ENGINE = Path.of("routes", "engine");
    private static final String OUTBOX = "outbox:";
    private static final String DIRECT = "direct:";

    private final CamelContext context;
    private final Supplier<Set<String>> apis;
    private final Clock clock;

    /**
     * @param apis names of the provider APIs
     */
    RunningRoutes(CamelContext context, Supplier<Set<String>> apis, Clock clock) {
        this.context = context;
        this.apis = apis;
        this.clock = clock;
        context.addRoutePolicyFactory(this);
    }

    @Override
    public RoutePolicy createRoutePolicy(CamelContext camel, String routeId, NamedNode route) {
        return new RouteCount(clock);
    }

    Flow flow() {
        Set<String> known = apis.get();
        return new Flow(
                clock.instant(),
                context.getRoutes().stream()
                        .map(route -> flow(route, known))
                        .sorted(comparing(RouteFlow::stage).thenComparing(RouteFlow::id))
                        .toList());
    }

    private RouteFlow flow(Route route, Set<String> known) {
        RouteCount count = route.getRoutePolicyList().stream()
                .filter(RouteCount.class::isInstance)
                .map(RouteCount.class::cast)
                .findFirst()
                .orElseGet(() -> new RouteCount(clock));
        String file = file(route);
        String from = bare(route.getEndpoint().getEndpointUri());
        List<String> to = to(route);
        ServiceStatus status = context.getRouteController().getRouteStatus(route.getRouteId());
        return new RouteFlow(
                route.getRouteId(),
                route.getDescription(),
                file,
                stage(file, from, to, known),
                status == null ? ServiceStatus.Stopped.name() : status.name(),
                from,
                to,
                count.exchanges(),
                count.failed(),
                count.inflight(),
                count.lastDone(),
                count.lastFailed());
    }

    private static Stage stage(@Nullable String file, String from, List<String> to, Set<String> apis) {
        if (from.startsWith(OUTBOX)) {
            return from.equals(OUTBOX + Outbox.CHANGES) ? Stage.ROUTER : Stage.DESTINATION;
        }
        if (from.startsWith(DIRECT)) {
            return apis.contains(from.substring(DIRECT.length())) ? Stage.PROVIDER : Stage.PART;
        }
        boolean engine = file != null && Path.of(file).startsWith(ENGINE);
        return engine ? to.isEmpty() ? Stage.LEDGER : Stage.WATCH : Stage.PART;
    }

    private static @Nullable String file(Route route) {
        Resource source = route.getSourceResource();
        return source == null || !"file".equals(source.getScheme())
                ? null
                : source.getLocation().substring("file:".length());
    }

    /** As the file has them: a placeholder may stand for a secret. */
    private static List<String> to(Route route) {
        return route.getRoute() instanceof RouteDefinition definition
                ? ProcessorDefinitionHelper.filterTypeInOutputs(
                                definition.getOutputs(), EndpointRequiredDefinition.class)
                        .stream()
                        .map(EndpointRequiredDefinition::getEndpointUri)
                        .map(RunningRoutes::bare)
                        .distinct()
                        .toList()
                : List.of();
    }

    /** Parameters may be secrets, and so may be who asks. */
    private static String bare(String uri) {
        return uri.replaceFirst("\\?.*", "")
                .replaceFirst("//.*@", "//")
                .replaceFirst("^(outbox|direct|seda)://", "$1:");
    }
}
