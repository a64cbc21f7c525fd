package io.jobrelay.camel.outbox;

import io.jobrelay.delivery.DeliveryFailedException;
import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import io.jobrelay.job.ReadableDuration;
import io.jobrelay.ledger.Delivery;
import io.jobrelay.ledger.LedgerException;
import io.jobrelay.ledger.Shard;
import io.jobrelay.logging.LogContext;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.spi.ExecutorServiceManager;
import org.apache.camel.support.DefaultConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers what is due in the outbox of one destination: one thread reads it and watches the time, the workers send. A worker is
 * free once its route has ended; the result is committed later, together with others.
 */
final class OutboxConsumer extends DefaultConsumer implements Suspendable {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxConsumer.class);
    /** How often to look without a call: for what other nodes have put in, and for retries that are due. */
    private static final Duration LOOK = Duration.ofMillis(250);
    /** How much longer than {@code jobrelay.delivery.timeout} a route may take. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    /** How long a stop waits for the ledger. */
    private static final Duration SETTLING = Duration.ofSeconds(10);

    private final OutboxComponent component;
    private final String destination;
    private final int concurrency;
    private final DeliveryQueue queue;
    private final Settlement settlement;
    private final Semaphore calls = new Semaphore(0);
    private final Runnable reader = calls::release;

    private volatile boolean reading;
    /** False once nothing more begins: what fails then may have failed for that reason. */
    private volatile boolean sending = true;

    private @Nullable ExecutorService workers;
    private @Nullable ExecutorService loop;

    OutboxConsumer(OutboxEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.component = endpoint.component();
        this.destination = endpoint.destination();
        this.concurrency = endpoint.getConcurrency();
        this.queue = component.queue(destination, reader);
        this.settlement = new Settlement(component, destination, queue);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        if (!component.takes(destination)) {
            return;
        }
        ExecutorServiceManager threads = getEndpoint().getCamelContext().getExecutorServiceManager();
        workers = threads.newFixedThreadPool(this, "outbox-" + destination, concurrency);
        loop = threads.newSingleThreadExecutor(this, "outbox-" + destination + "-reader");
        component.addReader(destination, this);
        reading = true;
        settlement.logIfDisabled(component.outbox().circuit(destination).disabled());
        component.outbox().addReader(destination, reader);
        for (int i = 0; i < concurrency; i++) {
            workers.execute(this::work);
        }
        loop.execute(this::read);
    }

    /** Starts no further delivery; those in flight go on. */
    @Override
    protected void doSuspend() {
        sending = false;
        queue.suspend(true);
    }

    @Override
    protected void doResume() {
        sending = true;
        queue.suspend(false);
    }

    /** Interrupts the deliveries in flight; they are made again by the next reader. */
    @Override
    protected void doStop() throws Exception {
        if (reading) {
            sending = false;
            reading = false;
            component.outbox().removeReader(destination, reader);
            queue.stop();
            calls.release();
            queue.begunBefore(Instant.MAX).forEach(this::cutShort);
            ExecutorServiceManager threads = getEndpoint().getCamelContext().getExecutorServiceManager();
            threads.shutdown(workers);
            threads.shutdownGraceful(loop);
            try {
                if (!queue.awaitEnd(SETTLING)) {
                    LOG.warn(
                            "outbox={} stops before the ledger knows what was delivered last, which is sent again",
                            destination);
                }
            } finally {
                component.removeReader(destination, this);
            }
        }
        super.doStop();
    }

    private void cutShort(Attempt attempt) {
        if (attempt.cut()) {
            sentAgain(attempt);
        }
        attempt.returned().complete(null); // or is given up
    }

    private void sentAgain(Attempt attempt) {
        LOG.info(
                "destination={} event={} was cut short by a stop or an edit, is sent again",
                destination,
                attempt.delivery().eventId());
        queue.cutShort(attempt);
    }

    /** True if nothing of the shard is under way here. */
    boolean ended(Shard shard) {
        return queue.ended(shard);
    }

    /** Something may be new: an edit, a lease. */
    void look() {
        calls.release();
    }

    private void read() {
        while (reading) {
            try {
                boolean more = queue.fill();
                cutOverdue();
                queue.wakeOne();
                if (!more) {
                    calls.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                }
                calls.drainPermits();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                if (!(e instanceof LedgerException)) { // the ledger says its own, once
                    LOG.error("outbox={} cannot be read, tried again: {}", destination, e.toString());
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.SECONDS.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void cutOverdue() {
        Duration most = component.timeout().plus(GRACE);
        for (Attempt attempt : queue.begunBefore(component.clock().instant().minus(most))) {
            if (attempt.cut()) {
                String message =
                        "the route took longer than " + ReadableDuration.format(most) + ", and was interrupted";
                settlement.failed(attempt, new DeliveryFailedException(message, Consequence.UNAVAILABLE, null));
            }
        }
    }

    private void work() {
        try {
            for (Attempt attempt = queue.take(); attempt != null; attempt = queue.take()) {
                deliver(attempt);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void deliver(Attempt attempt) {
        Delivery delivery = attempt.delivery();
        Exchange exchange = createExchange(false);
        Onward onward = new Onward(delivery.eventId());
        exchange.setProperty(Onward.PROPERTY, onward);
        LogContext.delivers(destination, delivery.type(), delivery.subject());
        try {
            Message message = exchange.getMessage();
            message.setBody(delivery.event());
            message.setHeader(OutboxHeaders.DESTINATION, destination);
            message.setHeader(OutboxHeaders.EVENT_ID, delivery.eventId());
            message.setHeader(OutboxHeaders.EVENT_TYPE, delivery.type());
            message.setHeader(OutboxHeaders.SUBJECT, delivery.subject());
            message.setHeader(OutboxHeaders.ATTEMPT, delivery.attempts() + 1);
            Exception failure = process(exchange);
            if (!attempt.end()) {
                LOG.info("destination={} event={} ended after its time was up", destination, delivery.eventId());
            } else if (failure == null) {
                settlement.delivered(attempt, onward.end());
            } else if (!sending && !(failure instanceof DeliveryFailedException)) {
                sentAgain(attempt);
            } else {
                settlement.failed(attempt, component.explain(getRouteId(), exchange, failure));
            }
        } catch (RuntimeException | Error e) {
            LOG.error(
                    "destination={} event={} could not be settled, is sent again: {}",
                    destination,
                    delivery.eventId(),
                    e.toString(),
                    e);
            queue.cutShort(attempt);
        } finally {
            attempt.returned().complete(null);
            LogContext.ends();
            releaseExchange(exchange, false);
        }
    }

    private @Nullable Exception process(Exchange exchange) {
        try {
            getProcessor().process(exchange);
            return exchange.getException();
        } catch (Exception e) {
            return e;
        }
    }
}
