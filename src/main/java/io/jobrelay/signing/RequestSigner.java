package io.jobrelay.signing;

import java.time.Instant;
import java.util.Map;

/**
 * One vendor's way to prove that a request comes from the holder of a secret key.
 *
 * <p>Signers may be shared between threads and read no clock. Gateways accept a date only for minutes and a nonce only
 * once, so sign every attempt again.
 */
public sealed interface RequestSigner permits Acs3HmacSha256, SdkHmacSha256, SdkHmacSha256Scoped, BceAuthV1, AwsSigV4 {

    /** The name used in configuration, for instance {@code acs3-hmac-sha256}. */
    String scheme();

    /**
     * The headers to add to the request, {@code authorization} among them; names are in lower case. One that the
     * request has already is to be replaced.
     *
     * @param now the date of the signature; fractions of a second are dropped
     * @throws IllegalArgumentException if path or query are not percent-encoded UTF-8
     */
    Map<String, String> sign(UnsignedRequest request, Credentials credentials, Instant now);
}
