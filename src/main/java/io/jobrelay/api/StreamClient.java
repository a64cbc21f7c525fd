package io.jobrelay.api;

import io.jobrelay.ledger.History;
import io.jobrelay.ledger.History.Place;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client of the stream. Events that are not yet sent wait in the ledger, not in memory: they are read as fast as the client
 * reads. One that reads nothing for long is cut off, and resumes where it was.
 */
final class StreamClient {
    private static final int PAGE = 100;
    private static final long HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int RECONNECT_MILLIS = 2_000;

    private final HttpServerResponse response;
    private final StreamFilter filter;
    private final @Nullable Place after;
    private boolean started;
    private Place place = Place.START;
    private long lastWritten;
    private long fullSince;

    /**
     * @param after the place after which to start, null for new changes only
     */
    StreamClient(HttpServerResponse response, StreamFilter filter, @Nullable Place after) {
        this.response = response;
        this.filter = filter;
        this.after = after;
    }

    /** Sends as many events as there are and the client takes. True if there may be more. */
    boolean advance(History history, long now) {
        if (!started) {
            start(history, now);
        }
        if (response.writeQueueFull()) {
            if (now - fullSince > STALLED_NANOS) {
                close();
            }
            return false;
        }
        fullSince = now;
        List<History.Entry> entries = history.after(place, PAGE);
        Buffer page = Buffer.buffer();
        for (History.Entry entry : entries) {
            place = entry.place();
            if (filter.accepts(entry)) {
                page.appendString("id: " + place + "\nevent: " + entry.type() + "\ndata: ")
                        .appendBytes(entry.event())
                        .appendString("\n\n");
            }
        }
        if (page.length() == 0 && now - lastWritten > HEARTBEAT_NANOS) {
            // The place moves on even if no event passes the filter.
            page.appendString(": still here\nid: " + place + "\n\n");
        }
        if (page.length() > 0) {
            write(page, now);
        }
        return !entries.isEmpty();
    }

    /** A client that has received this misses nothing from here on. */
    private void start(History history, long now) {
        Place newest = history.newest();
        Buffer head = Buffer.buffer("retry: " + RECONNECT_MILLIS + "\n");
        if (after != null && !history.completeAfter(after)) {
            head.appendString("event: reset\ndata: {\"reason\":\"changes behind " + after
                    + " are purged, or of another ledger; read the lists again\"}\n");
            place = newest;
        } else {
            place = after == null ? newest : after;
        }
        head.appendString("id: " + place + "\n\n");
        response.setChunked(true)
                .putHeader("Content-Type", "text/event-stream")
                // Tells proxies not to buffer.
                .putHeader("X-Accel-Buffering", "no");
        write(head, now);
        started = true;
        fullSince = now;
    }

    private void write(Buffer text, long now) {
        response.write(text);
        lastWritten = now;
    }

    void close() {
        response.reset();
    }
}
