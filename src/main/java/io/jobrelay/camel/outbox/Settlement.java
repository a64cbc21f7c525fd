package io.jobrelay.camel.outbox;

import static java.util.Objects.requireNonNullElse;

import io.jobrelay.delivery.Circuit.Transition;
import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import io.jobrelay.delivery.DeliveryFailure;
import io.jobrelay.job.ReadableDuration;
import io.jobrelay.ledger.Delivery;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.logging.LogContext;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Settles the attempts at one destination, and logs their results once they are committed. */
final class Settlement {
    private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);

    private final OutboxComponent component;
    private final String destination;
    private final DeliveryQueue queue;

    Settlement(OutboxComponent component, String destination, DeliveryQueue queue) {
        this.component = component;
        this.destination = destination;
        this.queue = queue;
    }

    /** The destination has it, and it goes on to others. */
    void delivered(Attempt attempt, Set<String> onward) {
        settle(attempt, queue.delivered(attempt, onward), transition -> {
            component.listener().delivered(attempt.delivery());
            log(transition, "");
        });
    }

    /** The attempt failed. */
    void failed(Attempt attempt, Exception failure) {
        DeliveryFailure known = DeliveryFailure.of(failure, component.secrets());
        Optional<Duration> scheduled = component
                .schedule()
                .delayAfter(
                        attempt.delivery().attempts() + 1, component.random().getAsDouble());
        // A pause is the destination's, and ends when it is enabled.
        Optional<Duration> wait = known.consequence() == Consequence.SLOW_DOWN
                ? scheduled
                : scheduled.map(each -> longer(each, known.retryAfter()));
        settle(attempt, queue.failed(attempt, known, wait, component.circuit()), failed -> {
            component.listener().failed(attempt.delivery(), failed.result());
            log(failed, attempt.delivery(), known);
            log(failed.transition(), known.error());
        });
    }

    private <T> void settle(Attempt attempt, CompletableFuture<T> settled, Consumer<T> result) {
        Delivery delivery = attempt.delivery();
        CompletableFuture<?> unused = settled.whenComplete((value, trouble) -> {
            LogContext.delivers(destination, delivery.type(), delivery.subject());
            try {
                if (trouble == null) {
                    result.accept(value);
                } else {
                    LOG.error(
                            "destination={} event={} could not be settled, is sent again: {}",
                            destination,
                            delivery.eventId(),
                            requireNonNullElse(trouble.getCause(), trouble).toString());
                }
            } finally {
                LogContext.ends();
            }
        });
    }

    /** Logs that the destination is disabled, if it is. */
    void logIfDisabled(@Nullable String reason) {
        if (reason != null) {
            LOG.error(
                    "destination={} is disabled, its deliveries wait: {}. Once the cause is removed: jobrelay destinations"
                            + " enable {}",
                    destination,
                    reason,
                    destination);
        }
    }

    private void log(DeliveryQueue.Failed failed, Delivery delivery, DeliveryFailure failure) {
        switch (failed.result()) {
            case RETRIED ->
                LOG.warn(
                        "destination={} event={} attempt={} failed, tried again in {}: {}",
                        destination,
                        delivery.eventId(),
                        delivery.attempts() + 1,
                        ReadableDuration.format(failed.pause()),
                        failure.error());
            case DEAD ->
                LOG.error(
                        "destination={} event={} is dead after {} attempts, and kept: {}. To send it again: jobrelay"
                                + " deliveries redeliver {}",
                        destination,
                        delivery.eventId(),
                        delivery.attempts() + 1,
                        failure.error(),
                        delivery.id());
            case GIVEN_BACK -> {
                if (destination.equals(Outbox.CHANGES)) {
                    LOG.error(
                            "event={} could not be routed, and is kept and tried again: {}",
                            delivery.eventId(),
                            failure.error());
                }
            }
        }
    }

    private void log(Transition transition, String error) {
        switch (transition) {
            case NONE -> {}
            case OPENED ->
                LOG.warn(
                        "destination={} takes nothing; one delivery is tried every {}, the others wait and lose no attempt: {}",
                        destination,
                        ReadableDuration.format(component.circuit().probeEvery()),
                        error);
            case CLOSED -> LOG.info("destination={} takes deliveries again", destination);
            case DISABLED -> logIfDisabled(queue.circuit().disabled());
        }
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
