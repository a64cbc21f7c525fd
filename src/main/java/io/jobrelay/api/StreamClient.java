package io.jobrelay.api;

import io.jobrelay.ledger.History;
import io.jobrelay.ledger.History.Place;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who listens to the stream. What is not yet sent waits in the ledger and not in memory: a slow client is read for
 * as far as it has read itself, and one that reads nothing for long is cut off; it resumes where it was.
 */
final class StreamClient {
    private static final int PAGE = 100;
    private static final long HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int RECONNECT_MILLIS = 2_000;

    private final HttpServerResponse response;
    private final StreamFilter filter;
    private final @Nullable Place after;
    private boolean begun;
    private Place place = Place.START;
    private long lastWritten;
    private long fullSince;

    /**
     * @param after the place behind which to begin, null for what comes from now on
     */
    StreamClient(HttpServerResponse response, StreamFilter filter, @Nullable Place after) {
        this.response = response;
        this.filter = filter;
        this.after = after;
    }

    /** Sends what there is to send and is taken. True if there may be more at once. */
    boolean advance(History history, long now) {
        if (!begun) {
            begin(history, now);
        }
        if (response.writeQueueFull()) {
            if (now - fullSince > PATIENCE_NANOS) {
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
            // The place moves on even where the filter lets nothing through.
            page.appendString(": still here\nid: " + place + "\n\n");
        }
        if (page.length() > 0) {
            write(page, now);
        }
        return !entries.isEmpty();
    }

    /** Once this is received nothing is missed any more. */
    private void begin(History history, long now) {
        Place newest = history.newest();
        Buffer head = Buffer.buffer("retry: " + RECONNECT_MILLIS + "\n");
        if (after != null && !history.completeAfter(after)) {
            head.appendString("event: reset\ndata: {\"reason\":\"changes behind " + after
                    + " are forgotten, or of another ledger; read the lists anew\"}\n");
            place = newest;
        } else {
            place = after == null ? newest : after;
        }
        head.appendString("id: " + place + "\n\n");
        response.setChunked(true)
                .putHeader("Content-Type", "text/event-stream")
                // For proxies that would gather what is to be sent at once.
                .putHeader("X-Accel-Buffering", "no");
        write(head, now);
        begun = true;
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
