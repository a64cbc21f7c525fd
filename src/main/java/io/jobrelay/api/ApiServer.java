package io.jobrelay.api;

import static java.util.Objects.requireNonNull;

import io.jobrelay.ledger.Deliveries;
import io.jobrelay.ledger.Destinations;
import io.jobrelay.ledger.History;
import io.jobrelay.ledger.JobIndex;
import io.jobrelay.ledger.LedgerDatabase;
import io.jobrelay.ledger.Nodes;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.ledger.Redelivery;
import io.jobrelay.ledger.Removal;
import io.jobrelay.ledger.UnreadableReplies;
import io.jobrelay.ledger.WatchIndex;
import io.jobrelay.ledger.Watches;
import io.jobrelay.settings.PortInUseException;
import io.jobrelay.settings.Settings.HttpSettings;
import io.jobrelay.status.Flow;
import io.jobrelay.status.ReloadStatus;
import io.jobrelay.watch.WatchReader;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running server of the page and the HTTP API. No request reaches Camel: resources read and write the ledger. */
public final class ApiServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.http");
    private static final int WORKERS = 4;
    private static final int IDLE_SECONDS = 60;
    private static final int LINE_BYTES = 8 * 1024;
    private static final int HEADER_BYTES = 16 * 1024;
    private static final long TIMEOUT_SECONDS = 10;

    /** Why a request failed before a resource had it, by status. */
    private static final Map<Integer, String> FAILURES = Map.of(
            400, "The request cannot be parsed.",
            404, "There is nothing at this path; /api/openapi.json says what there is.",
            405, "This path does not take that method; Allow names those that it takes.",
            406, "Accept: this path gives application/json, or text/event-stream for /api/stream.",
            413, "body: at most " + Routes.BODY_BYTES + " bytes",
            414, "The path and the query are too long: at most " + LINE_BYTES + " bytes.",
            415, "Content-Type: must be application/json",
            431, "The headers are too long: at most " + HEADER_BYTES + " bytes.");

    private final Vertx vertx;
    private final List<Resource> resources;
    private final InetSocketAddress address;

    private ApiServer(Vertx vertx, List<Resource> resources, InetSocketAddress address) {
        this.vertx = vertx;
        this.resources = resources;
        this.address = address;
    }

    /** What can be asked of a ledger, whether a Jobrelay runs or not. */
    public static List<Resource> ledgerResources(
            LedgerDatabase ledger,
            Destinations destinations,
            Function<String, OptionalLong> messages,
            Supplier<List<Nodes.Entry>> nodes) {
        return List.of(
                new DeliveriesResource(
                        new Deliveries(ledger, destinations::unread),
                        new Redelivery(ledger),
                        new Removal(ledger),
                        destinations),
                new DestinationsResource(destinations, messages),
                routes -> routes.get("/api/nodes", request -> Reply.list("nodes", nodes.get())));
    }

    /** The page, and what can be asked of a running Jobrelay. */
    public static List<Resource> resources(
            LedgerDatabase ledger,
            Destinations destinations,
            Watches watches,
            Outbox outbox,
            Function<String, OptionalLong> messages,
            Supplier<List<Nodes.Entry>> nodes,
            WatchReader reader,
            Supplier<Flow> flow,
            Supplier<Map<String, String>> troubles,
            ReloadStatus reloads) {
        JobIndex jobs = new JobIndex(ledger);
        WatchIndex index = new WatchIndex(ledger);
        History history = new History(ledger);
        return Stream.concat(
                        ledgerResources(ledger, destinations, messages, nodes).stream(),
                        Stream.of(
                                new JobsResource(jobs, history),
                                new WatchesResource(index, new UnreadableReplies(ledger), watches, reader),
                                new OverviewResource(
                                        jobs, index, destinations, history, reader, flow, troubles, reloads),
                                new StreamResource(new ChangeFeed(history, outbox, System::nanoTime)),
                                new FilesResource()))
                .toList();
    }

    /**
     * Starts a server.
     *
     * @param resources what it serves; they are closed with it
     * @throws PortInUseException if it cannot listen there
     */
    public static ApiServer start(HttpSettings settings, List<Resource> resources) {
        SocketAddress address = address(settings);
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        Connections connections = new Connections(vertx, Connections.Limits.STANDARD);
        Router router = Router.router(vertx);
        Routes routes = new Routes(router, vertx.createSharedWorkerExecutor("http-worker", WORKERS), connections);
        guard(router, routes, settings, connections);
        resources.forEach(resource -> resource.addTo(routes));
        HttpServer server = vertx.createHttpServer(options())
                .connectionHandler(connections)
                .invalidRequestHandler(ApiServer::refuseInvalid)
                .requestHandler(router);
        try {
            int port = await(server.listen(address)).actualPort();
            return new ApiServer(vertx, resources, new InetSocketAddress(settings.host(), port));
        } catch (ExecutionException e) {
            close(vertx, resources);
            throw settings.listenAddress()
                    .cannotListen(requireNonNull(e.getCause(), "an execution fails with its cause"));
        }
    }

    private static SocketAddress address(HttpSettings settings) {
        try {
            InetAddress address = InetAddress.getByName(settings.host());
            return SocketAddress.inetSocketAddress(new InetSocketAddress(address, settings.port()));
        } catch (UnknownHostException e) {
            throw settings.listenAddress().cannotListen(e);
        }
    }

    static HttpServerOptions options() {
        return new HttpServerOptions()
                .setMaxInitialLineLength(LINE_BYTES)
                .setMaxHeaderSize(HEADER_BYTES)
                .setIdleTimeout(IDLE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setHttp2ClearTextEnabled(false)
                .setCompressionSupported(false)
                .setDecompressionSupported(false);
    }

    /** What every request passes before it reaches a resource, and the replies to those that fail before. */
    private static void guard(Router router, Routes routes, HttpSettings settings, Connections connections) {
        FAILURES.forEach((status, detail) -> router.errorHandler(status, context -> {
            Reply problem = Reply.problem(status, detail);
            (status == 405 ? problem.with("Allow", routes.allowed(context.normalizedPath())) : problem)
                    .send(context.response());
        }));
        router.errorHandler(500, context -> {
            Throwable failure = context.failure();
            Routes.refuse(context, failure == null ? new IllegalStateException("failed") : failure);
        });
        router.route().failureHandler(context -> {
            // A client that has hung up gets no reply, and that is no failure of ours.
            if (!context.response().closed()) {
                context.next();
            }
        });
        router.route().handler(context -> {
            connections.began(context.request().connection());
            context.addEndHandler(ended -> connections.ended(context.request().connection()));
            context.next();
        });
        router.route().handler(new RequestGuard(settings, new RateLimit(System::nanoTime)));
    }

    /** Refuses what is not HTTP and closes the connection. */
    private static void refuseInvalid(HttpServerRequest request) {
        Throwable failure = request.decoderResult().cause();
        boolean longHeaders = failure instanceof TooLongHttpHeaderException;
        int status = failure instanceof TooLongHttpLineException ? 414 : longHeaders ? 431 : 400;
        RequestGuard.secure(request.response());
        request.response().putHeader("Connection", "close");
        Reply.problem(status, requireNonNull(FAILURES.get(status))).send(request.response());
        request.connection().close();
    }

    /** Its address, for a browser. */
    public String url() {
        String host = address.getHostString();
        return "http://%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, address.getPort());
    }

    private static <T> T await(Future<T> future) throws ExecutionException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the HTTP server does not answer", e);
        }
    }

    private static void close(Vertx vertx, List<Resource> resources) {
        resources.forEach(Resource::close);
        try {
            await(vertx.close());
        } catch (ExecutionException e) {
            LOG.warn("the HTTP server cannot be closed: {}", e.toString());
        }
    }

    @Override
    public void close() {
        close(vertx, resources);
    }
}
