package io.jobrelay.sandbox;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.function.Function;

/** An HTTP server on the loopback interface, at a free port, which handles one request after the other. */
final class LoopbackServer implements AutoCloseable {
    private static final int HEADER_BYTES = 64 * 1024;

    private final Vertx vertx = Vertx.vertx(new VertxOptions()
            .setEventLoopPoolSize(1)
            .setFileSystemOptions(
                    new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
    private final int port;

    record Reply(int status, Map<String, String> headers, String body) {
        static final Map<String, String> JSON = Map.of("Content-Type", "application/json");

        void send(HttpServerRequest request) {
            headers.forEach(request.response().setStatusCode(status)::putHeader);
            request.response().end(body);
        }
    }

    /**
     * Starts the server.
     *
     * @param handler what it throws is the text of a reply with status 500
     */
    LoopbackServer(Function<ReceivedRequest, Reply> handler) {
        HttpServerOptions options = new HttpServerOptions()
                .setHttp2ClearTextEnabled(false)
                .setMaxInitialLineLength(HEADER_BYTES)
                .setMaxHeaderSize(HEADER_BYTES);
        port = await(vertx.createHttpServer(options)
                        .requestHandler(request -> request.body()
                                .map(body -> handler.apply(ReceivedRequest.of(request, body.getBytes())))
                                .otherwise(failure -> new Reply(500, Map.of(), failure.toString()))
                                .onSuccess(reply -> reply.send(request)))
                        .listen(0, "127.0.0.1"))
                .actualPort();
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    @Override
    public void close() {
        await(vertx.close());
    }
}
