package io.jobrelay.camel.outbox;

import static java.util.Objects.requireNonNull;

import io.jobrelay.delivery.DeliveryFailedException;
import io.jobrelay.ledger.Delivery;
import io.jobrelay.ledger.LedgerException;
import io.jobrelay.trust.LogContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.spi.ExecutorServiceManager;
import org.apache.camel.support.DefaultConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers what is due in the outbox of one destination. It takes only as many deliveries as it has workers free, so what
 * waits, waits on disk.
 */
final class OutboxConsumer extends DefaultConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxConsumer.class);
    /** How often to look when nobody calls: for retries that have become due. */
    private static final Duration LOOK = Duration.ofMillis(250);
    /** How long a claim waits for more workers: those whose deliveries are settled in one commit are free one after another. */
    private static final Duration LINGER = Duration.ofMillis(3);

    /** How long a stop waits for the ledger. */
    private static final Duration SETTLING = Duration.ofSeconds(10);

    private static final CompletableFuture<?> SETTLED = CompletableFuture.completedFuture(null);

    private final OutboxComponent component;
    private final String destination;
    private final int concurrency;
    private final Settlement settlement;
    private final Semaphore calls = new Semaphore(0);
    private final Semaphore free;
    private final Runnable reader = calls::release;
    /** What is being settled, by the ids of the events. */
    private final Map<String, CompletableFuture<?>> unsettled = new ConcurrentHashMap<>();

    private volatile boolean reading;
    private @Nullable ExecutorService workers;
    private @Nullable ExecutorService loop;

    OutboxConsumer(OutboxEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.component = endpoint.component();
        this.destination = endpoint.destination();
        this.concurrency = endpoint.getConcurrency();
        this.settlement = new Settlement(component, destination);
        this.free = new Semaphore(concurrency);
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
        reading = true;
        component.hasReader(destination);
        settlement.tellIfDisabled();
        component.outbox().addReader(destination, reader);
        loop.execute(this::read);
    }

    /** Waits for the deliveries under way; those that take too long are cut short and given back. */
    @Override
    protected void doStop() throws Exception {
        reading = false;
        component.outbox().removeReader(destination, reader);
        calls.release();
        ExecutorServiceManager threads = getEndpoint().getCamelContext().getExecutorServiceManager();
        threads.shutdownGraceful(loop);
        threads.shutdownGraceful(workers);
        awaitSettled();
        super.doStop();
    }

    private void awaitSettled() throws InterruptedException, ExecutionException {
        try {
            CompletableFuture.allOf(unsettled.values().toArray(CompletableFuture[]::new))
                    .handle((all, failure) -> true)
                    .get(SETTLING.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn(
                    "outbox={} stops before the ledger knows what was delivered last, which is sent again",
                    destination);
        }
    }

    private void read() {
        while (reading) {
            try {
                if (!takeDue()) {
                    calls.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                    calls.drainPermits();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (LedgerException e) {
                LOG.debug("outbox={} cannot be read, tried again", destination, e); // the ledger says it, once
                calls.drainPermits();
                pauseAfterTrouble();
            } catch (RuntimeException e) {
                LOG.error("outbox={} cannot be read, tried again: {}", destination, e.toString());
                calls.drainPermits();
                pauseAfterTrouble();
            }
        }
    }

    private void pauseAfterTrouble() {
        try {
            TimeUnit.SECONDS.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** True if every free worker got something, so that there may be more. */
    private boolean takeDue() throws InterruptedException {
        int half = concurrency / 2;
        int idle = free.tryAcquire(half, LINGER.toMillis(), TimeUnit.MILLISECONDS) ? half : 0;
        idle += free.drainPermits();
        List<Delivery> due = List.of();
        try {
            due = idle == 0 ? due : component.outbox().claim(destination, idle);
        } finally {
            free.release(idle - due.size());
        }
        ExecutorService pool = requireNonNull(workers, "started");
        due.forEach(delivery -> pool.execute(() -> {
            component.begins();
            CompletableFuture<?> settled = SETTLED;
            try {
                settled = deliver(delivery);
            } finally {
                ends(delivery.eventId(), settled);
                free.release();
                calls.release();
            }
        }));
        return idle > 0 && due.size() == idle;
    }

    private void ends(String eventId, CompletableFuture<?> settled) {
        unsettled.put(eventId, settled);
        CompletableFuture<?> unused = settled.whenComplete((result, failure) -> {
            unsettled.remove(eventId);
            component.ends();
        });
    }

    /** Ends when the delivery is settled or given back, which the worker need not wait for. */
    private CompletableFuture<?> deliver(Delivery delivery) {
        if (!component.outbox().maySend(delivery)) {
            LOG.info("destination={} event={} is left to who has taken it over", destination, delivery.eventId());
            // Nobody has, where a heartbeat was only slow and this incarnation lives on.
            component.outbox().giveBack(delivery);
            return SETTLED;
        }
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
            Set<String> destinations = onward.end();
            if (failure == null) {
                return settlement.delivered(delivery, destinations);
            }
            if (!reading && !(failure instanceof DeliveryFailedException)) {
                LOG.info("destination={} event={} was cut short by the stop", destination, delivery.eventId());
                component.outbox().giveBack(delivery);
            } else {
                settlement.failed(delivery, failure);
            }
        } catch (RuntimeException e) {
            settlement.inVain(delivery, e);
        } finally {
            LogContext.ends();
            releaseExchange(exchange, false);
        }
        return SETTLED;
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
