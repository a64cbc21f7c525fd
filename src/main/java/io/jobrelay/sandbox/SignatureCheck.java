package io.jobrelay.sandbox;

import io.jobrelay.signing.Credentials;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * The gate of a provider: lets a request in that an account's keys have signed as a whole, lately and once, or that bears a
 * good token. It signs the request again, over exactly the headers that the request says are signed.
 */
final class SignatureCheck {
    private final Credentials keys;
    private final Predicate<String> tokens;
    private final Clock clock;
    private final Map<String, Instant> nonces = new ConcurrentHashMap<>();

    /**
     * @param tokens true for a token that is good now
     */
    SignatureCheck(Credentials keys, Predicate<String> tokens, Clock clock) {
        this.keys = keys;
        this.tokens = tokens;
        this.clock = clock;
    }

    /** Why the request is not let in; empty when it is. */
    Optional<Refusal> check(ReceivedRequest request) {
        String authorization = request.headers().get("authorization");
        String token = request.headers().get("x-auth-token");
        if (authorization == null) {
            if (token == null) {
                return Optional.of(Refusal.MISSING);
            }
            return tokens.test(token) ? Optional.empty() : Optional.of(Refusal.BAD_TOKEN);
        }
        try {
            return check(PresentedSignature.of(authorization, request), request);
        } catch (IllegalArgumentException | DateTimeException e) {
            return Optional.of(Refusal.INCOMPLETE);
        }
    }

    private Optional<Refusal> check(PresentedSignature signature, ReceivedRequest request) {
        Instant now = clock.instant();
        if (!signature.accessKey().equals(keys.accessKey())) {
            return Optional.of(Refusal.UNKNOWN_KEY);
        }
        if (!signature.isTimely(now)) {
            return Optional.of(Refusal.UNTIMELY);
        }
        if (!signature.isOf(request, keys)) {
            return Optional.of(Refusal.MISMATCH);
        }
        // Only a good signature uses up its nonce. One that is too old to come again need not be remembered.
        nonces.values().removeIf(until -> until.isBefore(now));
        boolean repeated = !signature.nonce().isEmpty()
                && nonces.putIfAbsent(signature.nonce(), signature.date().plus(signature.validity())) != null;
        return repeated ? Optional.of(Refusal.REPEATED) : Optional.empty();
    }
}
