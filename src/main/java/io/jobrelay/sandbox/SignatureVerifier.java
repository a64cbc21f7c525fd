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
 * Accepts a request that an account's keys have signed completely, recently and once, or that bears a valid token or the
 * headers that prove it. It signs the request again, over exactly the headers that the request declares as signed.
 */
final class SignatureVerifier {
    private static final String BEARER = "Bearer ";

    private final Credentials keys;
    private final Map<String, String> proof;
    private final Predicate<String> tokens;
    private final Clock clock;
    private final Map<String, Instant> nonces = new ConcurrentHashMap<>();

    /**
     * @param proof headers that prove it by their values, by their names in lower case; none if that is not accepted
     * @param tokens true for a token that is valid now
     */
    SignatureVerifier(Credentials keys, Map<String, String> proof, Predicate<String> tokens, Clock clock) {
        this.keys = keys;
        this.proof = Map.copyOf(proof);
        this.tokens = tokens;
        this.clock = clock;
    }

    /** Why the request is refused; empty if it is accepted. */
    Optional<Refusal> verify(ReceivedRequest request) {
        String authorization = request.headers().get("authorization");
        String token = authorization != null && authorization.startsWith(BEARER)
                ? authorization.substring(BEARER.length())
                : request.headers().get("x-auth-token");
        if (token != null) {
            return tokens.test(token) ? Optional.empty() : Optional.of(Refusal.BAD_TOKEN);
        }
        if (authorization == null) {
            if (proof.keySet().stream().noneMatch(request.headers()::containsKey)) {
                return Optional.of(Refusal.MISSING);
            }
            return request.headers().entrySet().containsAll(proof.entrySet())
                    ? Optional.empty()
                    : Optional.of(Refusal.BAD_TOKEN);
        }
        try {
            return verify(PresentedSignature.of(authorization, request), request);
        } catch (IllegalArgumentException | DateTimeException e) {
            return Optional.of(Refusal.INCOMPLETE);
        }
    }

    private Optional<Refusal> verify(PresentedSignature signature, ReceivedRequest request) {
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
        // Only a good signature uses up its nonce. A nonce is forgotten when its signature would be too old.
        nonces.values().removeIf(until -> until.isBefore(now));
        boolean repeated = !signature.nonce().isEmpty()
                && nonces.putIfAbsent(signature.nonce(), signature.date().plus(signature.validity())) != null;
        return repeated ? Optional.of(Refusal.REPEATED) : Optional.empty();
    }
}
