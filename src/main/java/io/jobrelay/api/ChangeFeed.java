package io.jobrelay.api;

import io.jobrelay.ledger.History;
import io.jobrelay.ledger.Outbox;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the changes that are committed, by whichever node, to those who listen, on a thread of its own. */
final class ChangeFeed implements AutoCloseable {
    static final int MOST_CLIENTS = 32;

    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.http");
    /** What another node commits wakes nobody here, nor does a change of a watch's health; and a slow client is looked after. */
    private static final long LOOK_MILLIS = 250;

    private final History history;
    private final Outbox outbox;
    private final LongSupplier nanoTime;
    private final Set<StreamClient> clients = ConcurrentHashMap.newKeySet();
    private final Semaphore changed = new Semaphore(0);
    private final Runnable wake = changed::release;
    private final Thread thread = new Thread(this::run, "http-stream");
    private volatile boolean closed;

    ChangeFeed(History history, Outbox outbox, LongSupplier nanoTime) {
        this.history = history;
        this.outbox = outbox;
        this.nanoTime = nanoTime;
    }

    void start() {
        outbox.addReader(Outbox.CHANGES, wake);
        thread.setDaemon(true);
        thread.start();
    }

    /** False where there are too many already. */
    synchronized boolean join(StreamClient client) {
        if (closed || clients.size() >= MOST_CLIENTS) {
            return false;
        }
        clients.add(client);
        changed.release();
        return true;
    }

    void leave(StreamClient client) {
        clients.remove(client);
    }

    private void run() {
        while (!closed) {
            changed.drainPermits();
            boolean more = false;
            for (StreamClient client : clients) {
                more |= advance(client);
            }
            if (!more) {
                await();
            }
        }
    }

    private boolean advance(StreamClient client) {
        try {
            return client.advance(history, nanoTime.getAsLong());
        } catch (RuntimeException e) {
            // It comes back and goes on where it was.
            LOG.debug("a stream is closed", e);
            clients.remove(client);
            client.close();
            return false;
        }
    }

    private void await() {
        try {
            if (clients.isEmpty()) {
                changed.acquire();
            } else if (changed.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.trace("something has changed");
            }
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    @Override
    public void close() {
        outbox.removeReader(Outbox.CHANGES, wake);
        synchronized (this) {
            closed = true;
        }
        changed.release();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        clients.forEach(StreamClient::close);
    }
}
