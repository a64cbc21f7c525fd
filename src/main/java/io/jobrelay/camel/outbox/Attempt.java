package io.jobrelay.camel.outbox;

import io.jobrelay.ledger.Delivery;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** One attempt to deliver, made by one thread, until that has an end or its time is up. */
final class Attempt {
    private final Delivery delivery;
    private final boolean probe;
    private final Instant begin;
    private final Thread thread = Thread.currentThread();
    private final CompletableFuture<Void> returned = new CompletableFuture<>();
    private boolean over;

    /** By the thread that makes it. */
    Attempt(Delivery delivery, boolean probe, Instant begin) {
        this.delivery = delivery;
        this.probe = probe;
        this.begin = begin;
    }

    Delivery delivery() {
        return delivery;
    }

    /** True if it is made to see whether a destination that failed takes deliveries again. */
    boolean probe() {
        return probe;
    }

    Instant begin() {
        return begin;
    }

    /** Ends once its thread has come back from the route, which may be long after its time was up. */
    CompletableFuture<Void> returned() {
        return returned;
    }

    /** The route has ended. False if its time was up before: it is settled already. */
    synchronized boolean end() {
        boolean first = !over;
        over = true;
        if (!first) {
            Thread.interrupted(); // that was for this attempt
        }
        return first;
    }

    /** Its time is up: interrupts it. False if it had an end before. */
    synchronized boolean cut() {
        boolean first = !over;
        over = true;
        if (first) {
            thread.interrupt();
        }
        return first;
    }

    @Override
    public String toString() {
        return "Attempt[" + delivery + "]";
    }
}
