package io.jobrelay.camel.outbox;

import static java.util.Objects.requireNonNullElse;

import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import io.jobrelay.delivery.DeliveryFailure;
import io.jobrelay.job.ReadableDuration;
import io.jobrelay.ledger.Delivery;
import io.jobrelay.ledger.LedgerException;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.trust.LogContext;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the ledger what became of the attempts at one destination, and the log what the ledger made of that. */
final class Settlement {
    private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);

    private final OutboxComponent component;
    private final String destination;

    Settlement(OutboxComponent component, String destination) {
        this.component = component;
        this.destination = destination;
    }

    /**
     * The destination has it. Nobody need wait for the future, which ends when the ledger knows that, or has given the
     * delivery back.
     */
    CompletableFuture<?> delivered(Delivery delivery, Set<String> onward) {
        return component
                .outbox()
                .delivered(delivery, onward)
                .whenComplete((closed, trouble) -> written(delivery, closed, trouble));
    }

    private void written(Delivery delivery, @Nullable Boolean closed, @Nullable Throwable trouble) {
        LogContext.delivers(destination, delivery.type(), delivery.subject());
        try {
            if (trouble != null) {
                inVain(delivery, requireNonNullElse(trouble.getCause(), trouble));
            } else {
                component.listener().delivered(delivery);
                tell(Boolean.TRUE.equals(closed) ? Outbox.Turn.CLOSED : Outbox.Turn.NONE, "");
            }
        } finally {
            LogContext.ends();
        }
    }

    /** The attempt failed. */
    void failed(Delivery delivery, Exception failure) {
        DeliveryFailure known = DeliveryFailure.of(failure, component.secrets());
        boolean pauses = known.consequence() == Consequence.SLOW_DOWN;
        Duration atLeast = pauses ? longer(known.retryAfter(), component.probeEvery()) : known.retryAfter();
        Optional<Duration> scheduled = component
                .schedule()
                .delayAfter(delivery.attempts() + 1, component.random().getAsDouble());
        Optional<Duration> wait = scheduled.map(each -> longer(each, atLeast));
        // A pause is the destination's, and ends where somebody enables it.
        Outbox.Outcome outcome = component.outbox().failed(delivery, known, pauses ? scheduled : wait);
        component.listener().failed(delivery, outcome.fate());
        tell(outcome.fate(), delivery, known.error(), wait);
        tell(outcome.turn(), known.error());
    }

    /** What became of the attempt cannot be settled: it is made again, at once if that is for the ledger's trouble. */
    void inVain(Delivery delivery, Throwable trouble) {
        LOG.error(
                "destination={} event={} could not be settled, is sent again: {}",
                destination,
                delivery.eventId(),
                trouble.toString());
        if (trouble instanceof LedgerException) {
            component.outbox().giveBack(delivery);
        }
    }

    /** Tells of a destination that is disabled. */
    void tellIfDisabled() {
        component.outbox().disabled(destination).ifPresent(this::tellDisabled);
    }

    private void tellDisabled(String reason) {
        LOG.error(
                "destination={} is disabled, and what is for it waits: {}. Once that is mended: jobrelay destinations"
                        + " enable {}",
                destination,
                reason,
                destination);
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
            case DISABLED -> tellIfDisabled();
        }
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
