package io.jobrelay.api;

import static java.util.Objects.requireNonNull;

import io.jobrelay.ledger.Deliveries;
import io.jobrelay.ledger.DeliveryIndex;
import io.jobrelay.ledger.Destinations;
import io.jobrelay.ledger.History;
import io.jobrelay.ledger.JobIndex;
import io.jobrelay.ledger.LedgerDatabase;
import io.jobrelay.ledger.Lives;
import io.jobrelay.ledger.NodeIndex;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.ledger.WatchIndex;
import io.jobrelay.ledger.Watches;
import io.jobrelay.settings.HttpSettings;
import io.jobrelay.settings.PortInUseException;
import io.jobrelay.status.Flow;
import io.jobrelay.status.ReloadStatus;
import io.jobrelay.watch.WatchReader;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.WorkerExecutor;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The page and the HTTP API, being served. Nothing of a request reaches Camel: resources ask the ledger and write to it. */
public final class ApiServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.http");
    private static final int WORKERS = 4;
    private static final int IDLE_SECONDS = 60;
    private static final int LINE_BYTES = 8 * 1024;
    private static final int HEADER_BYTES = 16 * 1024;
    private static final long PATIENCE_SECONDS = 10;

    /** What a request failed with before it came to a resource, and what to say of it. */
    private static final Map<Integer, String> FAILURES = Map.ofEntries(
            Map.entry(400, "The request cannot be made out."),
            Map.entry(404, "There is nothing at this path; /api/openapi.json says what there is."),
            Map.entry(406, "Accept: this path gives application/json, or text/event-stream for /api/stream."),
            Map.entry(413, "body: at most " + Routes.BODY_BYTES + " bytes"),
            Map.entry(414, "The path and the query are too long: at most " + LINE_BYTES + " bytes."),
            Map.entry(415, "Content-Type: must be application/json"),
            Map.entry(431, "The headers are too long: at most " + HEADER_BYTES + " bytes."));

    private final Vertx vertx;
    private final ChangeFeed feed;
    private final InetSocketAddress address;

    private ApiServer(Vertx vertx, ChangeFeed feed, InetSocketAddress address) {
        this.vertx = vertx;
        this.feed = feed;
        this.address = address;
    }

    /**
     * Starts to serve.
     *
     * @throws PortInUseException if it cannot listen there
     */
    public static ApiServer start(
            HttpSettings settings,
            LedgerDatabase ledger,
            Destinations destinations,
            Watches watches,
            Outbox outbox,
            Supplier<List<NodeIndex.Entry>> nodes,
            WatchReader reader,
            Supplier<Flow> flow,
            ReloadStatus reloads) {
        SocketAddress place = place(settings);
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        ChangeFeed feed = new ChangeFeed(new History(ledger), outbox, System::nanoTime);
        try {
            Connections connections = new Connections(vertx, Connections.Limits.STANDARD);
            Router router = router(vertx, settings, connections);
            WorkerExecutor workers = vertx.createSharedWorkerExecutor("http-worker", WORKERS);
            Routes routes = new Routes(router, workers);
            router.errorHandler(
                    405,
                    context -> Reply.problem(
                                    405, "This path does not take that method; Allow names those that it takes.")
                            .with("Allow", routes.allowed(context.normalizedPath()))
                            .send(context.response()));
            new PageResource().addTo(routes);
            addResources(routes, ledger, destinations, watches, nodes, reader, flow, reloads, feed, connections);
            HttpServer server = vertx.createHttpServer(options())
                    .connectionHandler(connections)
                    .invalidRequestHandler(ApiServer::refuseInvalid)
                    .requestHandler(router);
            int port = await(server.listen(place)).actualPort();
            feed.start();
            ApiServer started = new ApiServer(vertx, feed, new InetSocketAddress(settings.host(), port));
            LOG.info("page={}/", started.url());
            return started;
        } catch (ExecutionException e) {
            closeQuietly(vertx);
            throw settings.listenAddress()
                    .cannotListen(requireNonNull(e.getCause(), "an execution fails with its cause"));
        }
    }

    static void addResources(
            Routes routes,
            LedgerDatabase ledger,
            Destinations destinations,
            Watches watches,
            Supplier<List<NodeIndex.Entry>> nodes,
            WatchReader reader,
            Supplier<Flow> flow,
            ReloadStatus reloads,
            ChangeFeed feed,
            Connections connections) {
        JobIndex jobs = new JobIndex(ledger);
        WatchIndex index = new WatchIndex(ledger);
        History history = new History(ledger);

        new SummaryResource(jobs, index, destinations, history).addTo(routes);
        new JobsResource(jobs, history).addTo(routes);
        new TimelineResource(jobs, new Lives(ledger)).addTo(routes);
        new WatchesResource(index, watches, reader).addTo(routes);
        new DeliveriesResource(new DeliveryIndex(ledger), new Deliveries(ledger)).addTo(routes);
        new DestinationsResource(destinations).addTo(routes);
        new StatusResource(nodes, flow, reloads).addTo(routes);
        new ApisResource(reader).addTo(routes);
        new StreamResource(feed, connections).addTo(routes);
        new DescriptionResource().addTo(routes);
    }

    private static SocketAddress place(HttpSettings settings) {
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

    private static Router router(Vertx vertx, HttpSettings settings, Connections connections) {
        Router router = Router.router(vertx);
        FAILURES.forEach((status, detail) -> router.errorHandler(
                status, context -> Reply.problem(status, detail).send(context.response())));
        router.errorHandler(500, context -> {
            Throwable failure = context.failure();
            Routes.refuse(context, failure == null ? new IllegalStateException("failed") : failure);
        });
        router.route().failureHandler(context -> {
            // Who has hung up is told nothing; it is no failure of ours.
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
        return router;
    }

    /** What is no HTTP ends the connection. */
    private static void refuseInvalid(HttpServerRequest request) {
        Throwable failure = request.decoderResult().cause();
        boolean longHeaders = failure instanceof TooLongHttpHeaderException;
        int status = failure instanceof TooLongHttpLineException ? 414 : longHeaders ? 431 : 400;
        RequestGuard.secure(request.response());
        request.response().putHeader("Connection", "close");
        Reply.problem(status, requireNonNull(FAILURES.get(status))).send(request.response());
        request.connection().close();
    }

    /** Where it is, as a browser would be told. */
    public String url() {
        String host = address.getHostString();
        return "http://%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, address.getPort());
    }

    private static <T> T await(Future<T> future) throws ExecutionException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the HTTP server does not answer", e);
        }
    }

    private static void closeQuietly(Vertx vertx) {
        try {
            await(vertx.close());
        } catch (ExecutionException e) {
            LOG.warn("the HTTP server cannot be closed: {}", e.toString());
        }
    }

    @Override
    public void close() {
        feed.close();
        closeQuietly(vertx);
    }
}
