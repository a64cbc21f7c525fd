package io.jobrelay.camel.reload;

import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.toCollection;

import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.camel.validation.RouteFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Route;
import org.apache.camel.Suspendable;
import org.apache.camel.model.Model;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.RoutesLoader;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.service.ServiceHelper;

/**
 * Takes what route files gave away from a running context, and gives it what they give now. Who calls a {@code direct:} route
 * in between waits for the new one. What is under way in a route is let finish, for {@link #PATIENCE} in all; then it is cut,
 * and whoever began it begins anew.
 */
final class RouteReplacer {
    /** All pollers may be waiting for the routes of one provider, and the other providers for the pollers. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final long LOOK_MILLIS = 5;

    private final ModelCamelContext context;
    private final LongSupplier nanoTime;

    RouteReplacer(CamelContext context, LongSupplier nanoTime) {
        this.context = (ModelCamelContext) context;
        this.nanoTime = nanoTime;
    }

    /** Takes away what these files gave. */
    void remove(Set<String> files, ConfigSnapshot given) throws Exception {
        List<RouteFile> documents = documents(files, given).toList();
        long end = nanoTime.getAsLong() + PATIENCE.toNanos();
        for (String id : callersFirst(routes(files, documents), documents)) {
            Route route = context.getRoute(id);
            if (route != null) {
                // Camel would look for exchanges under way once a second.
                long patience = drain(route, end) ? PATIENCE.toMillis() : 1;
                context.getRouteController().stopRoute(id, patience, TimeUnit.MILLISECONDS);
                context.removeRoute(id);
            }
            RouteDefinition left = context.getRouteDefinition(id);
            if (left != null) {
                context.removeRouteDefinition(left);
            }
        }
        for (RouteFile file : documents) {
            removeParts(file);
        }
    }

    private void removeParts(RouteFile file) throws Exception {
        Model model = context;
        for (RouteConfigurationDefinition policy : List.copyOf(model.getRouteConfigurationDefinitions())) {
            if (file.policies().contains(policy.getId())) {
                model.removeRouteConfiguration(policy);
            }
        }
        for (String template : file.templates()) {
            model.removeRouteTemplateDefinitions(template);
        }
    }

    /** Gives the context what these files have, policies first. */
    void add(Set<String> files, ConfigSnapshot given) throws Exception {
        RoutesLoader loader = PluginHelper.getRoutesLoader(context);
        for (RouteFile file : documents(files, given)
                .sorted(comparing(
                        file -> file.policies().isEmpty() && file.templates().isEmpty()))
                .toList()) {
            loader.loadRoutes(PluginHelper.getResourceLoader(context).resolveResource("file:" + file.path()));
        }
    }

    /** Unbinds the beans of the one snapshot that are not in the other. */
    void unbind(Set<String> files, ConfigSnapshot given, ConfigSnapshot kept) {
        Set<String> names = beans(files, given);
        names.removeAll(beans(files, kept));
        names.forEach(context.getRegistry()::unbind);
    }

    private static Set<String> beans(Set<String> files, ConfigSnapshot snapshot) {
        return documents(files, snapshot).flatMap(file -> file.beans().stream()).collect(toCollection(TreeSet::new));
    }

    private static Stream<RouteFile> documents(Set<String> files, ConfigSnapshot snapshot) {
        return RouteFile.all(snapshot).stream()
                .filter(file -> files.contains(file.path().toString()));
    }

    private Set<String> routes(Set<String> files, Collection<RouteFile> documents) {
        Set<String> ids = new LinkedHashSet<>();
        for (RouteDefinition route : context.getRouteDefinitions()) {
            if (route.getResource() != null
                    && files.contains(ReloadPlan.file(route.getResource().getLocation()))) {
                ids.add(route.getRouteId());
            }
        }
        documents.forEach(file -> ids.addAll(file.templatedRoutes()));
        return ids;
    }

    /** In the order in which they can be emptied: nothing comes in any more from those before. */
    private List<String> callersFirst(Set<String> routes, Collection<RouteFile> documents) {
        Map<String, Set<String>> calls = new TreeMap<>();
        documents.forEach(file -> file.calls().forEach((route, called) -> calls.put(route, called)));
        List<String> ordered = new ArrayList<>();
        Set<String> left = new LinkedHashSet<>(routes);
        while (!left.isEmpty()) {
            String next = left.stream()
                    .filter(route -> left.stream()
                            .filter(other -> !other.equals(route))
                            .noneMatch(other -> sendsTo(calls.getOrDefault(other, Set.of()), route)))
                    .findFirst()
                    .orElse(left.iterator().next());
            ordered.add(next);
            left.remove(next);
        }
        return ordered;
    }

    /** A poller sends to whichever provider's route its watch names: to any. */
    private boolean sendsTo(Set<String> calls, String id) {
        Route route = context.getRoute(id);
        String from = route == null ? "" : from(route);
        return calls.stream()
                .map(call -> call.split("\\$\\{", 2))
                .anyMatch(call -> call.length == 1 ? from.equals(call[0]) : from.startsWith(call[0]));
    }

    private static String from(Route route) {
        return route.getEndpoint().getEndpointUri().replaceFirst("\\?.*", "").replaceFirst("://", ":");
    }

    /** True if nothing is under way in the route any more, nor will be. */
    private boolean drain(Route route, long end) throws InterruptedException {
        Consumer consumer = route.getConsumer();
        if (consumer instanceof Suspendable) {
            // To stop the clockwork, or the watches, would interrupt what they have in hand.
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
