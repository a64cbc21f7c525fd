package io.jobrelay.camel.reload;

import io.jobrelay.camel.metrics.RouteMonitor;
import io.jobrelay.camel.validation.RouteFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Route;
import org.apache.camel.Suspendable;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.RoutesLoader;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.service.ServiceHelper;

/**
 * Takes what route files gave away from a running context, and gives it what they give now. Who calls a {@code direct:} route
 * in between waits for the new one. What is under way in a route is let finish, for {@link #PATIENCE} in all; then it is cut
 * short, and made again.
 */
public final class RouteReplacer {
    /** All pollers may be waiting for the routes of one provider, and the other providers for the pollers. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final long LOOK_MILLIS = 5;

    private final ModelCamelContext context;
    private final LongSupplier nanoTime;

    public RouteReplacer(CamelContext context, LongSupplier nanoTime) {
        this.context = (ModelCamelContext) context;
        this.nanoTime = nanoTime;
    }

    /** Takes away what these files gave. */
    void remove(Collection<RouteFile> files) throws Exception {
        long end = nanoTime.getAsLong() + PATIENCE.toNanos();
        for (RouteDefinition definition : callersFirst(routes(files))) {
            String id = definition.getRouteId();
            Route route = context.getRoute(id);
            if (route != null) {
                // Camel would look for exchanges under way once a second.
                long patience = drain(route, end) ? PATIENCE.toMillis() : 1;
                context.getRouteController().stopRoute(id, patience, TimeUnit.MILLISECONDS);
                context.removeRoute(id);
            }
            context.removeRouteDefinition(definition);
        }
        for (RouteFile file : files) {
            for (RouteConfigurationDefinition policy : List.copyOf(context.getRouteConfigurationDefinitions())) {
                if (file.policies().contains(policy.getId())) {
                    context.removeRouteConfiguration(policy);
                }
            }
            for (String template : file.templates()) {
                context.removeRouteTemplateDefinitions(template);
            }
            file.beans().forEach(context.getRegistry()::unbind);
        }
    }

    /** Gives the context what these files have, policies and templates first. */
    void add(Collection<RouteFile> files) throws Exception {
        RoutesLoader loader = PluginHelper.getRoutesLoader(context);
        List<RouteFile> ordered = new ArrayList<>(files);
        ordered.sort(Comparator.comparing(
                file -> file.policies().isEmpty() && file.templates().isEmpty()));
        for (RouteFile file : ordered) {
            loader.loadRoutes(PluginHelper.getResourceLoader(context).resolveResource("file:" + file.path()));
        }
    }

    private List<RouteDefinition> routes(Collection<RouteFile> files) {
        Set<String> paths = new TreeSet<>();
        Set<String> ids = new TreeSet<>();
        files.forEach(file -> {
            paths.add(file.name());
            ids.addAll(file.templatedRoutes());
        });
        return context.getRouteDefinitions().stream()
                .filter(route -> ids.contains(route.getRouteId())
                        || (route.getResource() != null
                                && paths.contains(file(route.getResource().getLocation()))))
                .toList();
    }

    /** The path as a snapshot has it, of where Camel says that a route came from. */
    private static String file(String location) {
        Path path = Path.of(location.replaceFirst("^file:(//)?", "")).normalize();
        return (path.isAbsolute() ? Path.of("").toAbsolutePath().relativize(path) : path).toString();
    }

    /** In the order in which they can be drained: nothing comes in any more from those before. */
    private List<RouteDefinition> callersFirst(List<RouteDefinition> routes) {
        List<RouteDefinition> ordered = new ArrayList<>();
        Set<RouteDefinition> left = new LinkedHashSet<>(routes);
        while (!left.isEmpty()) {
            RouteDefinition next = left.stream()
                    .filter(route -> left.stream().noneMatch(other -> other != route && sendsTo(other, route)))
                    .findFirst()
                    .orElse(left.iterator().next());
            ordered.add(next);
            left.remove(next);
        }
        return ordered;
    }

    /** A poller sends to whichever provider's route its watch names: to any. */
    private boolean sendsTo(RouteDefinition caller, RouteDefinition called) {
        Route route = context.getRoute(called.getRouteId());
        String from = route == null ? "" : RouteMonitor.bare(route.getEndpoint().getEndpointUri());
        return RouteMonitor.targets(caller).stream()
                .filter(uri -> uri.startsWith("direct:") || uri.startsWith("seda:"))
                .map(uri -> uri.split("[$]?\\{", 2))
                .anyMatch(uri -> uri.length == 1 ? from.equals(uri[0]) : from.startsWith(uri[0]));
    }

    /** True if nothing is under way in the route any more, nor will be. */
    private boolean drain(Route route, long end) throws InterruptedException {
        Consumer consumer = route.getConsumer();
        if (consumer instanceof Suspendable) {
            // To stop the readers of queues would interrupt what they have in hand.
            ServiceHelper.suspendService(consumer);
        } else {
            ServiceHelper.stopService(consumer);
        }
        while (context.getInflightRepository().size(route.getRouteId()) > 0 && nanoTime.getAsLong() - end < 0) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        return context.getInflightRepository().size(route.getRouteId()) == 0;
    }
}
