package io.jobrelay.delivery;

import static java.util.Objects.requireNonNullElse;

import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The circuit of a destination, as its last deliveries went. It is open after some failures in a row: then one delivery at a
 * time is sent as a probe, and no attempt counts.
 *
 * @param disabled why nothing is sent until the destination is enabled; null if it is enabled
 * @param pausedUntil what an overloaded destination asked for; null for nothing
 * @param failures in a row
 * @param failingSince the first of them; null where there was nothing to deliver since
 * @param failedAt the last of them
 * @param probeAt when the next probe may go; null while the circuit is closed
 * @param error why the last delivery did not get through; null once one has
 */
public record Circuit(
        @Nullable String disabled,
        @Nullable Instant pausedUntil,
        int failures,
        @Nullable Instant failingSince,
        @Nullable Instant failedAt,
        @Nullable Instant probeAt,
        @Nullable String error) {
    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

    /** Of a destination that has never failed. */
    public static final Circuit NEW = new Circuit(null, null, 0, null, null, null, null);

    /** Whether a destination is sent anything. */
    public enum State {
        /** All that is due. */
        CLOSED,
        /** A probe now and then. */
        OPEN,
        /** A probe, just now. */
        HALF_OPEN,
        /** Nothing, until it is enabled. */
        DISABLED
    }

    /** How an attempt has changed the circuit. */
    public enum Transition {
        NONE,
        /** From now on but a probe now and then is sent. */
        OPENED,
        /** The destination takes deliveries again. */
        CLOSED,
        /** Nothing is sent until it is enabled. */
        DISABLED
    }

    /**
     * What a failed attempt came to.
     *
     * @param circuit as it is from now on
     */
    public record Outcome(AttemptResult result, Transition transition, Circuit circuit) {}

    public State state(Instant now) {
        if (disabled != null) {
            return State.DISABLED;
        }
        return probeAt == null ? State.CLOSED : probeAt.isAfter(now) ? State.OPEN : State.HALF_OPEN;
    }

    /** When the next delivery is sent at the earliest; empty if one may be sent now, or if the destination is disabled. */
    public Optional<Instant> nextTry(Instant now) {
        Instant next = later(requireNonNullElse(probeAt, Instant.MIN), requireNonNullElse(pausedUntil, Instant.MIN));
        return disabled == null && next.isAfter(now) ? Optional.of(next) : Optional.empty();
    }

    /** False while nothing may be sent, not even a probe. */
    public boolean flows(Instant now) {
        return disabled == null && nextTry(now).isEmpty();
    }

    /** True if what is sent is a probe. */
    public boolean open() {
        return probeAt != null;
    }

    /** A delivery got through, or was refused by a destination that is alive: a row of failures ends. */
    public Circuit alive() {
        return failures == 0 && !open() ? this : new Circuit(disabled, pausedUntil, 0, null, null, null, null);
    }

    /** There is nothing to deliver, so the destination does not count as failing for that time. */
    public Circuit idle() {
        return new Circuit(disabled, pausedUntil, failures, null, null, probeAt, error);
    }

    /**
     * Nothing was tried since the last failure: that time does not count as failing, and the first probe may be sent now.
     */
    public Circuit resumed(Instant now) {
        Duration idle = failedAt != null && failedAt.isBefore(now) ? Duration.between(failedAt, now) : Duration.ZERO;
        return new Circuit(
                disabled,
                pausedUntil,
                failures,
                failingSince == null ? null : failingSince.plus(idle),
                failedAt == null ? null : failedAt.plus(idle),
                probeAt == null ? null : now,
                error);
    }

    /**
     * An attempt failed.
     *
     * @param probe true if the delivery was sent as a probe
     * @param last true if the schedule has no further attempt
     */
    public Outcome failed(DeliveryFailure failure, boolean probe, boolean last, CircuitBreaker breaker, Instant now) {
        boolean counts = failure.consequence() == Consequence.REFUSED || !(open() || disabled != null || probe);
        AttemptResult result = !counts ? AttemptResult.GIVEN_BACK : last ? AttemptResult.DEAD : AttemptResult.RETRIED;
        Instant next = now.plus(longer(breaker.probeEvery(), failure.retryAfter()));
        return switch (failure.consequence()) {
            case REFUSED -> new Outcome(result, open() ? Transition.CLOSED : Transition.NONE, alive());
            case UNAVAILABLE, SLOW_DOWN -> unavailable(failure, result, probe, next, breaker, now);
            case WAIT ->
                new Outcome(
                        AttemptResult.GIVEN_BACK,
                        open() ? Transition.NONE : Transition.OPENED,
                        waiting(failure.error(), open() && !probe ? probeAt : next));
            case DISABLE -> disable(failure.error(), AttemptResult.GIVEN_BACK);
        };
    }

    /** The router failed: no attempt counts and the router is never disabled, since what it cannot route waits. */
    public Outcome unroutable(DeliveryFailure failure, boolean probe, CircuitBreaker breaker, Instant now) {
        Instant next = now.plus(breaker.probeEvery());
        CircuitBreaker forEver = new CircuitBreaker(breaker.openAfter(), breaker.probeEvery(), FOR_EVER);
        return unavailable(failure, AttemptResult.GIVEN_BACK, probe, next, forEver, now);
    }

    /** The destination could not be reached or does not work. */
    private Outcome unavailable(
            DeliveryFailure failure,
            AttemptResult result,
            boolean probe,
            Instant next,
            CircuitBreaker breaker,
            Instant now) {
        boolean opens = !open() && failures + 1 >= breaker.openAfter();
        boolean pauses = failure.consequence() == Consequence.SLOW_DOWN;
        Circuit after = new Circuit(
                disabled,
                pauses ? later(next, requireNonNullElse(pausedUntil, next)) : pausedUntil,
                failures + 1,
                requireNonNullElse(failingSince, now),
                now,
                opens || (open() && probe) ? next : probeAt,
                failure.error());
        if (failingSince != null && Duration.between(failingSince, now).compareTo(breaker.disableAfter()) >= 0) {
            return after.disable("nothing got through since " + failingSince + ": " + failure.error(), result);
        }
        return new Outcome(result, opens ? Transition.OPENED : Transition.NONE, after);
    }

    /** The destination can take nothing just now, whatever it is given: that is no failure. */
    private Circuit waiting(String reason, @Nullable Instant next) {
        return new Circuit(disabled, pausedUntil, failures, failingSince, failedAt, next, reason);
    }

    private Outcome disable(String reason, AttemptResult result) {
        return new Outcome(
                result,
                disabled == null ? Transition.DISABLED : Transition.NONE,
                new Circuit(
                        requireNonNullElse(disabled, reason),
                        pausedUntil,
                        failures,
                        failingSince,
                        failedAt,
                        probeAt,
                        reason));
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
