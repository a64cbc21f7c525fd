package io.jobrelay.cli;

import io.jobrelay.api.ApiServer;
import io.jobrelay.camel.Relay;
import io.jobrelay.camel.engine.EngineConfiguration;
import io.jobrelay.ledger.LedgerException;
import io.jobrelay.settings.PortInUseException;
import io.jobrelay.settings.Settings.HttpSettings;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A relay that runs until a signal stops it or there is nothing left to do. */
final class Running {
    private static final Logger LOG = LoggerFactory.getLogger(Running.class);
    private static final long POLL_MILLIS = 200;

    private final Relay relay;
    private @Nullable ApiServer api;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile @Nullable RuntimeException failure;

    Running(Relay relay) {
        this.relay = relay;
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stopAndWait(Runtime.getRuntime()::halt), "stop"));
    }

    /**
     * Serves the API if it is enabled. The first poll does not wait for this.
     *
     * @return its address, null if it is disabled
     * @throws PortInUseException if it cannot listen there
     */
    @Nullable
    String serve(HttpSettings settings) {
        if (!settings.enabled()) {
            return null;
        }
        EngineConfiguration engine = relay.engine();
        api = ApiServer.start(
                settings,
                ApiServer.resources(
                        engine.ledger(),
                        engine.destinations(),
                        engine.watches(),
                        engine.outbox(),
                        relay::messages,
                        engine.nodes()::list,
                        relay.providers().watchReader(),
                        engine::flow,
                        engine.checks()::troubles,
                        relay.reloads()));
        LOG.info("page={}/", api.url());
        return api.url();
    }

    /** Waits for a signal, or until Camel's own command line has stopped the routes. */
    void untilStopped() throws InterruptedException {
        boolean running = true;
        while (running) {
            running = !stop.await(POLL_MILLIS, TimeUnit.MILLISECONDS) && !relay.stopped();
        }
    }

    /** Also waits until every watch has ended and every delivery is settled, and is true in that case. */
    boolean untilDone() throws InterruptedException {
        while (!stop.await(POLL_MILLIS, TimeUnit.MILLISECONDS) && !relay.stopped()) {
            try {
                if (relay.engine().done()) {
                    return true;
                }
            } catch (LedgerException e) {
                LOG.debug("the ledger cannot be read now, and logs that itself", e);
            }
        }
        return false;
    }

    /** Stops the API and the relay; a signal waits for it. */
    @SuppressWarnings("try") // the resources are only closed, the API first
    void close() {
        try (relay;
                ApiServer closedFirst = api) {
            LOG.debug("stops");
        } catch (RuntimeException e) {
            failure = e;
            throw e;
        } finally {
            stop.countDown();
            stopped.countDown();
        }
    }

    /** Waits until all is stopped, and exits with 0 then: by itself, Java would exit with the status of the signal. */
    void stopAndWait(IntConsumer halt) {
        if (stop.getCount() == 0) {
            return; // the program exits by itself
        }
        stop.countDown();
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            LOG.error("stopped, but not everything could be closed", failure);
        }
        halt.accept(failure == null ? ExitStatus.OK : ExitStatus.FAILED);
    }

    /** The exit status of a run whose work is done. */
    static int status(EngineConfiguration engine) {
        if (engine.undelivered()) {
            return ExitStatus.DELIVERY_DEAD;
        }
        return engine.watches().allSucceeded() ? ExitStatus.OK : ExitStatus.JOB_NOT_SUCCEEDED;
    }
}
