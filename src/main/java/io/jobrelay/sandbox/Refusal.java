package io.jobrelay.sandbox;

import java.util.List;

/** Why a request is refused, with the files of {@code errors/} for it; the first that a provider has is its reply. */
enum Refusal {
    /** There is neither a signature nor a token. */
    MISSING("incomplete-signature", "invalid-authorization", "gateway-unauthenticated", "no-token"),
    /** There is a signature, but a part is missing or cannot be read. */
    INCOMPLETE("incomplete-signature", "invalid-authorization", "gateway-unauthenticated"),
    /** The access key is not the account's. */
    UNKNOWN_KEY("access-key-not-found", "iam-credential-not-found", "gateway-unauthenticated"),
    /** The date is more than a quarter of an hour off. */
    UNTIMELY("time-stamp-expired", "request-expired", "gateway-clock-off", "gateway-unauthenticated"),
    /** The nonce was used before. */
    REPEATED("signature-nonce-used", "gateway-unauthenticated"),
    /** The signature is of another key or another request. */
    MISMATCH("iam-signature-invalid", "signature-does-not-match", "gateway-unauthenticated"),
    /** The token was not issued by this provider, or has expired. */
    BAD_TOKEN("token-expired", "token-invalid", "gateway-unauthenticated");

    @SuppressWarnings("ImmutableEnumChecker") // List.of is
    private final List<String> errors;

    Refusal(String... errors) {
        this.errors = List.of(errors);
    }

    List<String> errors() {
        return errors;
    }
}
