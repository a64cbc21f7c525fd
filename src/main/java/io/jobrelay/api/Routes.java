package io.jobrelay.api;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import io.jobrelay.ledger.LedgerException;
import io.vertx.core.Handler;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which resource serves which path. Resources run on workers; the event loop only reads requests and writes replies. In a
 * template {@code {name}} is one part of the path and {@code {name+}} any number of parts.
 */
public final class Routes {
    /** The largest body of a request. */
    static final int BODY_BYTES = 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.http");
    private static final String PATH = "path";
    private static final Pattern PART = Pattern.compile("\\{(\\w+)(\\+?)}");

    private final Router router;
    private final WorkerExecutor workers;
    private final Connections connections;

    Routes(Router router, WorkerExecutor workers, Connections connections) {
        this.router = router;
        this.workers = workers;
        this.connections = connections;
    }

    /** What a resource does with a request. */
    @FunctionalInterface
    interface Action extends Function<Request, Reply> {}

    /**
     * @param query the names that the query may hold
     */
    void get(String template, Action action, String... query) {
        route(HttpMethod.GET, template).produces(Reply.JSON).handler(context -> run(context, action, query));
    }

    /** Replies with something other than JSON. */
    void getFile(String template, Action action) {
        route(HttpMethod.GET, template).handler(context -> run(context, action));
    }

    /** Replies as long as the client listens; the handler runs on the event loop. */
    void getStream(String template, Handler<RoutingContext> handler) {
        route(HttpMethod.GET, template).produces("text/event-stream").handler(context -> {
            try {
                handler.handle(context);
                connections.streams(context.request().connection());
            } catch (RefusedException e) {
                e.reply().send(context.response());
            }
        });
    }

    void delete(String template, Action action) {
        route(HttpMethod.DELETE, template).handler(context -> run(context, action));
    }

    /** Takes a request whose path says everything. */
    void post(String template, Action action) {
        route(HttpMethod.POST, template).produces(Reply.JSON).handler(context -> run(context, action));
    }

    /** Takes a request with a JSON body. */
    void postJson(String template, Action action) {
        route(HttpMethod.POST, template)
                .consumes(Reply.JSON)
                .produces(Reply.JSON)
                .handler(BodyHandler.create(false).setBodyLimit(BODY_BYTES))
                .handler(context -> run(context, action));
    }

    private Route route(HttpMethod method, String template) {
        Pattern path = Pattern.compile(PART.matcher(template)
                .replaceAll(part -> "(?<" + part.group(1) + ">" + (part.group(2).isEmpty() ? "[^/]+" : ".+") + ")"));
        return router.routeWithRegex(method, path.pattern())
                .setName(template.replace("+}", "}"))
                .putMetadata(PATH, path);
    }

    private static Matcher match(Route route, String path) {
        return requireNonNull(route.<Pattern>getMetadata(PATH), "a route has its path")
                .matcher(path);
    }

    /** The methods that the path takes, as {@code Allow} names them. */
    String allowed(String path) {
        return router.getRoutes().stream()
                .filter(route ->
                        route.metadata().containsKey(PATH) && match(route, path).matches())
                .flatMap(route -> route.methods().stream())
                .map(HttpMethod::name)
                .distinct()
                .sorted()
                .collect(joining(", "));
    }

    /** Matches the path again: the router decodes its parts, and a job's id may hold what has to stay encoded. */
    private void run(RoutingContext context, Action action, String... query) {
        Matcher path = match(context.currentRoute(), context.normalizedPath());
        if (!path.matches()) {
            throw RefusedException.of(404, "there is nothing at this path");
        }
        Buffer body = context.body().buffer();
        Request request = new Request(
                path, new Query(context.queryParams(), List.of(query)), body == null ? new byte[0] : body.getBytes());
        workers.executeBlocking(() -> action.apply(request), false)
                .onSuccess(reply -> send(context, reply))
                .onFailure(failure -> refuse(context, failure));
    }

    /** A client that has this version already gets only its tag. */
    private static void send(RoutingContext context, Reply reply) {
        String tag = reply.headers().get("ETag");
        if (tag != null) {
            context.response().putHeader("ETag", tag);
        }
        boolean fresh = tag != null && context.isFresh();
        (fresh ? reply.notModified() : reply).send(context.response());
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
