package io.jobrelay.camel;

import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.watch.Watch;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Which accounts their providers do not know: the last that was heard of one, whatever it was asked for, was that its key,
 * signature or token is wrong. What a start does not remember the first polls tell.
 */
final class AccountStanding {
    private final Clock clock;
    private final Predicate<String> asked;
    private final Map<String, Refusal> refused = new ConcurrentHashMap<>();

    /**
     * @param clock the machine's, for people
     * @param asked false for an account that nothing is asked with any more
     */
    AccountStanding(Clock clock, Predicate<String> asked) {
        this.clock = clock;
        this.asked = asked;
    }

    /**
     * That an account is unknown.
     *
     * @param since the first such answer after a good one
     * @param message the last failure, as one line
     */
    private record Refusal(Instant since, String message) {}

    /** A poll with the account was answered. */
    void answered(String account) {
        refused.remove(account);
    }

    /** A poll with the account failed; its secrets are masked. That nobody answered says nothing about the account. */
    void failed(Watch watch, PollFailure failure) {
        if (failure.kind() == FailureKind.UNAUTHENTICATED) {
            String message = failure.describe(watch.api(), watch.account());
            refused.merge(
                    watch.account(),
                    new Refusal(clock.instant(), message),
                    (before, now) -> new Refusal(before.since, message));
        }
    }

    /** Names each of them but those that nothing is asked with any more; empty if there is none. */
    Optional<String> trouble() {
        refused.keySet().removeIf(asked.negate());
        return new TreeMap<>(refused)
                .entrySet().stream()
                        .map(entry -> "account %s is unauthenticated since %s: %s"
                                .formatted(
                                        entry.getKey(),
                                        entry.getValue().since(),
                                        entry.getValue().message()))
                        .reduce((some, next) -> some + "; " + next);
    }
}
