package io.jobrelay.cli;

import io.jobrelay.camel.EngineBeans;
import io.jobrelay.camel.Relay;
import io.jobrelay.http.ApiServer;
import io.jobrelay.http.PortInUseException;
import io.jobrelay.ledger.LedgerException;
import io.jobrelay.settings.HttpSettings;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A relay that runs until it is told to stop, by a signal or because there is nothing left to do. */
final class Running {
    private static final Logger LOG = LoggerFactory.getLogger(Running.class);
    private static final long LOOK_MILLIS = 200;

    private final Relay relay;
    private @Nullable ApiServer api;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);

    Running(Relay relay) {
        this.relay = relay;
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopAndWait, "stop"));
    }

    /**
     * Serves the API, where it is not switched off; late, since the first poll has been waited for longer.
     *
     * @return its address, null where it is switched off
     * @throws PortInUseException if somebody else listens there
     */
    @Nullable
    String serve(HttpSettings settings) {
        if (!settings.enabled()) {
            return null;
        }
        EngineBeans engine = relay.engine();
        api = ApiServer.start(
                settings,
                engine.ledger(),
                engine.watches(),
                engine.outbox(),
                engine.nodes()::list,
                relay.providers().watchReader(),
                engine::flow,
                relay.reloads());
        return api.url();
    }

    /** Waits for the signal, or until Camel's own command line has stopped the routes. */
    void untilStopped() throws InterruptedException {
        while (!stop.await(LOOK_MILLIS, TimeUnit.MILLISECONDS) && !relay.stopped()) {
            // nothing to do but wait
        }
    }

    /** Waits as well until every watch has ended and every delivery is settled. True in that case. */
    boolean untilDone() throws InterruptedException {
        while (!stop.await(LOOK_MILLIS, TimeUnit.MILLISECONDS) && !relay.stopped()) {
            if (done()) {
                return true;
            }
        }
        return false;
    }

    /** A ledger that cannot be read now is no reason to stop. */
    private boolean done() {
        try {
            return relay.engine().done();
        } catch (LedgerException e) {
            LOG.debug("whether all is done is asked again", e); // the ledger says it, once
            return false;
        }
    }

    /** Stops the relay; what a signal waits for. */
    void close() {
        try {
            if (api != null) {
                api.close();
            }
        } finally {
            relay.close();
        }
        stop.countDown();
        stopped.countDown();
    }

    /** Java would end with the signal's status; a run that was told to stop and did so has ended well. */
    private void stopAndWait() {
        if (stop.getCount() == 0) {
            return; // the program ends by itself
        }
        stop.countDown();
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(ExitStatus.OK);
    }

    /** The exit status of a run that was done. */
    static int status(EngineBeans engine) {
        if (engine.undelivered()) {
            return ExitStatus.DELIVERY_DEAD;
        }
        return engine.watches().allSucceeded() ? ExitStatus.OK : ExitStatus.JOB_NOT_SUCCEEDED;
    }
}
