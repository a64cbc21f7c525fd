package io.jobrelay.cli;

import io.jobrelay.camel.EngineBeans;
import io.jobrelay.camel.Relay;
import io.jobrelay.ledger.Outbox;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A relay that runs until it is told to stop, by a signal or because there is nothing left to do. */
final class Running {
    private static final long LOOK_MILLIS = 200;

    private final Relay relay;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);

    Running(Relay relay) {
        this.relay = relay;
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopAndWait, "stop"));
    }

    /** Waits for the signal. */
    void untilStopped() throws InterruptedException {
        stop.await();
    }

    /** Waits for the signal, or until every watch has ended and every delivery is settled. True in the latter case. */
    boolean untilDone() throws InterruptedException {
        while (!stop.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            if (relay.engine().done()) {
                return true;
            }
        }
        return false;
    }

    /** Stops the relay; what a signal waits for. */
    void close() {
        relay.close();
        stopped.countDown();
    }

    private void stopAndWait() {
        stop.countDown();
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The exit status of a run that was done. */
    static int status(EngineBeans engine) {
        boolean dead = engine.outbox().counts().stream()
                .anyMatch(count -> count.status().equals(Outbox.DEAD));
        if (dead) {
            return ExitStatus.DELIVERY_DEAD;
        }
        return engine.watches().allSucceeded() ? ExitStatus.OK : ExitStatus.JOB_NOT_SUCCEEDED;
    }
}
