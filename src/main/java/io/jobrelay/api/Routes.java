package io.jobrelay.api;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;

import io.jobrelay.ledger.LedgerException;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts resources in their places. What a resource does, it does on a worker, so it may ask the ledger; the network's
 * thread only takes requests in and gives replies out.
 */
final class Routes {
    /** The largest body of a request. */
    static final int BODY_BYTES = 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.http");
    private static final Pattern PART = Pattern.compile("\\{(\\w+)(\\+?)}");

    private final Router router;
    private final WorkerExecutor workers;
    private final List<Place> places = new ArrayList<>();

    private record Place(Pattern path, HttpMethod method) {}

    Routes(Router router, WorkerExecutor workers) {
        this.router = router;
        this.workers = workers;
    }

    /** What a resource does with a request. */
    @FunctionalInterface
    interface Action extends Function<Request, Reply> {}

    /**
     * @param template the path; {@code {name}} is one part of it, {@code {name+}} any number of parts
     * @param query the names that the query may hold
     */
    void get(String template, Action action, String... query) {
        route(HttpMethod.GET, template).produces(Reply.JSON).handler(context -> work(context, template, action, query));
    }

    /** Something that is not JSON. */
    void getFile(String template, Action action) {
        route(HttpMethod.GET, template).handler(context -> work(context, template, action));
    }

    void delete(String template, Action action) {
        route(HttpMethod.DELETE, template).handler(context -> work(context, template, action));
    }

    /** A request that says all by its path. */
    void post(String template, Action action) {
        route(HttpMethod.POST, template).produces(Reply.JSON).handler(context -> work(context, template, action));
    }

    /** A request with a body of JSON. */
    void postJson(String template, Action action) {
        route(HttpMethod.POST, template)
                .consumes(Reply.JSON)
                .produces(Reply.JSON)
                .handler(BodyHandler.create(false).setBodyLimit(BODY_BYTES))
                .handler(context -> work(context, template, action));
    }

    /** A place that somebody else fills. */
    Route route(HttpMethod method, String template) {
        Pattern path = path(template);
        places.add(new Place(path, method));
        return router.routeWithRegex(method, path.pattern()).setName(template.replace("+}", "}"));
    }

    /** With a group for each part that the template names. */
    private static Pattern path(String template) {
        return Pattern.compile(PART.matcher(template)
                .replaceAll(part -> "(?<" + part.group(1) + ">" + (part.group(2).isEmpty() ? "[^/]+" : ".+") + ")"));
    }

    /** The methods that the path takes, as {@code Allow} names them. */
    String allowed(String path) {
        return places.stream()
                .filter(place -> place.path().matcher(path).matches())
                .map(place -> place.method().name())
                .distinct()
                .sorted()
                .collect(joining(", "));
    }

    private void work(RoutingContext context, String template, Action action, String... query) {
        Request request = new Request(
                parts(template, context.normalizedPath()),
                new Query(context.queryParams(), List.of(query)),
                context.request().headers(),
                Request.bytes(context.body().buffer()));
        workers.executeBlocking(() -> action.apply(request), false)
                .onSuccess(reply -> reply.send(context.response()))
                .onFailure(failure -> refuse(context, failure));
    }

    /** Not the router's own: it would decode them, and a job's id may hold what is to stay encoded. */
    private static Map<String, String> parts(String template, String path) {
        Matcher matcher = path(template).matcher(path);
        if (!matcher.matches()) {
            throw RefusedException.of(404, "there is nothing at this path");
        }
        return PART.matcher(template)
                .results()
                .map(part -> part.group(1))
                .collect(toMap(Function.identity(), matcher::group));
    }

    static void refuse(RoutingContext context, Throwable failure) {
        if (failure instanceof RefusedException refused) {
            refused.reply().send(context.response());
        } else if (failure instanceof LedgerException) {
            LOG.error("path={} could not be answered: {}", context.normalizedPath(), failure.getMessage());
            Reply.problem(503, "The ledger could not be read or written; Jobrelay's log says why.")
                    .with("Retry-After", "5")
                    .send(context.response());
        } else {
            LOG.error("path={} could not be answered", context.normalizedPath(), failure);
            Reply.problem(500, "This should not happen; Jobrelay's log says more.")
                    .send(context.response());
        }
    }
}
