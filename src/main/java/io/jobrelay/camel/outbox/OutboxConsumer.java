package io.jobrelay.camel.outbox;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.jobrelay.delivery.DeliveryFailedException;
import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import io.jobrelay.delivery.DeliveryFailure;
import io.jobrelay.job.ReadableDuration;
import io.jobrelay.ledger.Delivery;
import io.jobrelay.ledger.LedgerException;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.trust.LogContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        component.outbox().disabled(destination).ifPresent(this::tellDisabled);
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
                return component
                        .outbox()
                        .delivered(delivery, destinations)
                        .whenComplete((closed, trouble) -> delivered(delivery, closed, trouble));
            }
            failed(delivery, failure);
        } catch (LedgerException e) {
            tellUnsettled(delivery, e);
            component.outbox().giveBack(delivery);
        } catch (RuntimeException e) {
            tellUnsettled(delivery, e);
        } finally {
            LogContext.ends();
            releaseExchange(exchange, false);
        }
        return SETTLED;
    }

    /** The ledger knows that the destination has it, or could not be told. */
    private void delivered(Delivery delivery, @Nullable Boolean closed, @Nullable Throwable trouble) {
        LogContext.delivers(destination, delivery.type(), delivery.subject());
        if (trouble != null) {
            tellUnsettled(delivery, requireNonNullElse(trouble.getCause(), trouble));
            component.outbox().giveBack(delivery);
        } else {
            component.listener().delivered(delivery);
            tell(Boolean.TRUE.equals(closed) ? Outbox.Turn.CLOSED : Outbox.Turn.NONE, "");
        }
        LogContext.ends();
    }

    private void tellUnsettled(Delivery delivery, Throwable e) {
        LOG.error(
                "destination={} event={} could not be settled, is sent again: {}",
                destination,
                delivery.eventId(),
                e.toString());
    }

    private @Nullable Exception process(Exchange exchange) {
        try {
            getProcessor().process(exchange);
            return exchange.getException();
        } catch (Exception e) {
            return e;
        }
    }

    private void failed(Delivery delivery, Exception failure) {
        if (!reading && !(failure instanceof DeliveryFailedException)) {
            LOG.info("destination={} event={} was cut short by the stop", destination, delivery.eventId());
            component.outbox().giveBack(delivery);
            return;
        }
        DeliveryFailure known = DeliveryFailure.of(failure, component.secrets());
        Duration atLeast = known.consequence() == Consequence.SLOW_DOWN
                ? longer(known.retryAfter(), component.probeEvery())
                : known.retryAfter();
        Optional<Duration> wait = component
                .schedule()
                .delayAfter(delivery.attempts() + 1, component.random().getAsDouble())
                .map(scheduled -> longer(scheduled, atLeast));
        Outbox.Outcome outcome = component.outbox().failed(delivery, known, wait);
        component.listener().failed(delivery, outcome.fate());
        tell(outcome.fate(), delivery, known.error(), wait);
        tell(outcome.turn(), known.error());
    }

    private void tell(Outbox.Fate fate, Delivery delivery, String error, Optional<Duration> wait) {
        switch (fate) {
            case RETRIED ->
                LOG.warn(
                        "destination={} event={} attempt={} failed, tried again in {}: {}",
                        destination,
                        delivery.eventId(),
                        delivery.attempts() + 1,
                        ReadableDuration.format(wait.orElseThrow()),
                        error);
            case DEAD ->
                LOG.error(
                        "destination={} event={} is dead after {} attempts, and kept: {}. To send it again: jobrelay"
                                + " deliveries redeliver {}",
                        destination,
                        delivery.eventId(),
                        delivery.attempts() + 1,
                        error,
                        delivery.id());
            case GIVEN_BACK -> {
                if (destination.equals(Outbox.CHANGES)) {
                    LOG.error(
                            "event={} could not be routed, and is kept and tried again: {}", delivery.eventId(), error);
                } else {
                    LOG.debug("destination={} event={} is given back: {}", destination, delivery.eventId(), error);
                }
            }
        }
    }

    private void tell(Outbox.Turn turn, String error) {
        switch (turn) {
            case NONE -> {}
            case OPENED ->
                LOG.warn(
                        "destination={} takes nothing; one delivery is tried every {}, the others wait and lose no attempt: {}",
                        destination,
                        ReadableDuration.format(component.probeEvery()),
                        error);
            case CLOSED -> LOG.info("destination={} takes deliveries again", destination);
            case DISABLED -> component.outbox().disabled(destination).ifPresent(this::tellDisabled);
        }
    }

    private void tellDisabled(String reason) {
        LOG.error(
                "destination={} is disabled, and what is for it waits: {}. Once that is mended: jobrelay destinations"
                        + " enable {}",
                destination,
                reason,
                destination);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
