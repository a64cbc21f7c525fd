package io.jobrelay.api;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.util.HashMap;
import java.util.Map;

/**
 * The connections that are open: no more than so many, and none that takes its time. A client that sends its request byte
 * by byte, or takes the answer byte by byte, is cut off. Used by the network's one thread.
 */
final class Connections implements Handler<HttpConnection> {
    static final int MOST = 256;

    private final Vertx vertx;
    private final Limits limits;
    private final Map<HttpConnection, Long> timers = new HashMap<>();

    /**
     * How long things may take, in milliseconds.
     *
     * @param head from connecting, or from the last answer, to the end of the next request's headers
     * @param exchange from there to the end of the answer
     */
    record Limits(long head, long exchange) {
        static final Limits STANDARD = new Limits(15_000, 60_000);
    }

    Connections(Vertx vertx, Limits limits) {
        this.vertx = vertx;
        this.limits = limits;
    }

    @Override
    public void handle(HttpConnection connection) {
        if (timers.size() >= MOST) {
            connection.close();
            return;
        }
        timers.put(connection, vertx.setTimer(limits.head, timer -> connection.close()));
        connection.closeHandler(closed -> {
            Long timer = timers.remove(connection);
            if (timer != null) {
                vertx.cancelTimer(timer);
            }
        });
    }

    /** A request has come, and its answer is to be complete in time. */
    void began(HttpConnection connection) {
        expect(connection, limits.exchange);
    }

    /** The answer is complete; the next request may come. */
    void ended(HttpConnection connection) {
        expect(connection, limits.head);
    }

    /** The answer takes as long as it takes. */
    void streams(HttpConnection connection) {
        Long timer = timers.get(connection);
        if (timer != null) {
            vertx.cancelTimer(timer);
        }
    }

    private void expect(HttpConnection connection, long millis) {
        timers.computeIfPresent(connection, (key, timer) -> {
            vertx.cancelTimer(timer);
            return vertx.setTimer(millis, expired -> connection.close());
        });
    }
}
