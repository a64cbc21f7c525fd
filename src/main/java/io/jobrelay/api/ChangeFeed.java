package io.jobrelay.api;

import io.jobrelay.ledger.History;
import io.jobrelay.ledger.Outbox;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends committed changes, of whichever node, to the clients of the stream, on a thread of its own. */
final class ChangeFeed implements AutoCloseable {
    static final int MOST_CLIENTS = 32;

    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.http");
    /** Nothing wakes the feed for another node's commit, a change of a watch's health, or a client that can take more. */
    private static final long POLL_MILLIS = 250;

    private final History history;
    private final Outbox outbox;
    private final LongSupplier nanoTime;
    private final Set<StreamClient> clients = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Runnable wake = this::wake;
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1,
            task -> {
                Thread thread = new Thread(task, "http-stream");
                thread.setDaemon(true);
                return thread;
            },
            new DiscardPolicy());

    private final Future<?> polling;

    ChangeFeed(History history, Outbox outbox, LongSupplier nanoTime) {
        this.history = history;
        this.outbox = outbox;
        this.nanoTime = nanoTime;
        polling = thread.scheduleWithFixedDelay(wake, POLL_MILLIS, POLL_MILLIS, TimeUnit.MILLISECONDS);
        outbox.addReader(Outbox.CHANGES, wake);
    }

    /** False if there are too many clients already. */
    synchronized boolean join(StreamClient client) {
        if (clients.size() >= MOST_CLIENTS) {
            return false;
        }
        clients.add(client);
        wake();
        return true;
    }

    void leave(StreamClient client) {
        clients.remove(client);
    }

    private void wake() {
        if (!clients.isEmpty() && scheduled.compareAndSet(false, true)) {
            thread.execute(this::advance);
        }
    }

    private void advance() {
        scheduled.set(false);
        boolean more = false;
        for (StreamClient client : clients) {
            more |= advance(client);
        }
        if (more) {
            wake();
        }
    }

    private boolean advance(StreamClient client) {
        try {
            return client.advance(history, nanoTime.getAsLong());
        } catch (RuntimeException e) {
            LOG.debug("a stream is closed; its client resumes where it was", e);
            clients.remove(client);
            client.close();
            return false;
        }
    }

    @Override
    public void close() {
        outbox.removeReader(Outbox.CHANGES, wake);
        polling.cancel(false);
        thread.shutdown();
        try {
            if (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
                LOG.debug("a stream is still being read");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        clients.forEach(StreamClient::close);
    }
}
