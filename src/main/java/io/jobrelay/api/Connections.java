package io.jobrelay.api;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.util.HashMap;
import java.util.Map;

/**
 * The open connections: limits their number, and the time that each may take. A client that sends its request or reads the
 * reply byte by byte is cut off. Used by the one event loop.
 */
final class Connections implements Handler<HttpConnection> {
    static final int MOST = 256;

    private final Vertx vertx;
    private final Limits limits;
    private final Map<HttpConnection, Long> timers = new HashMap<>();

    /**
     * Timeouts in milliseconds.
     *
     * @param head from the connection, or the last reply, to the end of the next request's headers
     * @param exchange from there to the end of the reply
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

    /** A request has arrived; its reply must be complete in time. */
    void began(HttpConnection connection) {
        expect(connection, limits.exchange);
    }

    /** The reply is complete; the next request may follow. */
    void ended(HttpConnection connection) {
        expect(connection, limits.head);
    }

    /** The reply has no time limit. */
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
