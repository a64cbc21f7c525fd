package io.jobrelay.cli;

import io.jobrelay.api.ApiServer;
import io.jobrelay.camel.Relay;
import io.jobrelay.camel.engine.EngineConfiguration;
import io.jobrelay.ledger.LedgerException;
import io.jobrelay.settings.PortInUseException;
import io.jobrelay.settings.Settings.HttpSettings;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
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
    private volatile @Nullable RuntimeException failure;

    Running(Relay relay) {
        this.relay = relay;
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stopAndWait(Runtime.getRuntime()::halt), "stop"));
    }

    /**
     * Serves the API, where it is not switched off; late, since the first poll has been waited for longer.
     *
     * @return its address, null where it is switched off
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
                        engine.nodes()::list,
                        relay.providers().watchReader(),
                        engine::flow,
                        relay.reloads()));
        LOG.info("page={}/", api.url());
        return api.url();
    }

    /** Waits for the signal, or until Camel's own command line has stopped the routes. */
    void untilStopped() throws InterruptedException {
        untilStoppedOr(() -> false);
    }

    /** Waits as well until every watch has ended and every delivery is settled. True in that case. */
    boolean untilDone() throws InterruptedException {
        return untilStoppedOr(this::done);
    }

    private boolean untilStoppedOr(BooleanSupplier done) throws InterruptedException {
        while (!stop.await(LOOK_MILLIS, TimeUnit.MILLISECONDS) && !relay.stopped()) {
            if (done.getAsBoolean()) {
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
    @SuppressWarnings("try") // nobody names them: the API is closed first
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

    /** Java would end with the signal's status; a run that a signal has stopped in good order has ended well. */
    void stopAndWait(IntConsumer halt) {
        if (stop.getCount() == 0) {
            return; // the program ends by itself
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

    /** The exit status of a run that was done. */
    static int status(EngineConfiguration engine) {
        if (engine.undelivered()) {
            return ExitStatus.DELIVERY_DEAD;
        }
        return engine.watches().allSucceeded() ? ExitStatus.OK : ExitStatus.JOB_NOT_SUCCEEDED;
    }
}
