package io.jobrelay.signing;

import static java.util.Comparator.comparing;
import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Alibaba Cloud's {@code ACS3-HMAC-SHA256}, "signature version 3", as the ROA-style APIs use it.
 *
 * <p>Signs method, path, query, body, {@code host}, {@code content-type} and every {@code x-acs-*} header; the caller
 * supplies {@code x-acs-action} and {@code x-acs-version}. The key is the secret key itself. See "Request structure
 * and signature (V3)" in Alibaba Cloud's OpenAPI guide.
 *
 * @param nonces a new one each time, never used before with the same credentials
 */
public record Acs3HmacSha256(Supplier<String> nonces) implements RequestSigner {

    private static final String ALGORITHM = "ACS3-HMAC-SHA256";

    public Acs3HmacSha256 {
        requireNonNull(nonces, "nonces is null");
    }

    @Override
    public String scheme() {
        return "acs3-hmac-sha256";
    }

    @Override
    public Map<String, String> sign(UnsignedRequest request, Credentials credentials, Instant now) {
        SortedMap<String, String> added = new TreeMap<>();
        added.put("x-acs-date", now.truncatedTo(ChronoUnit.SECONDS).toString());
        added.put("x-acs-signature-nonce", nonces.get());
        added.put("x-acs-content-sha256", Digests.sha256Hex(request.body()));
        String token = credentials.securityToken();
        if (token != null) {
            added.put("x-acs-security-token", token);
            // Not demanded by the documents; the vendor's own clients send it with every token.
            added.put("x-acs-accesskey-id", credentials.accessKey());
        }
        CanonicalRequest canonical = canonicalRequest(request, added);
        added.put(
                "authorization",
                ALGORITHM
                        + " Credential=" + credentials.accessKey()
                        + ",SignedHeaders=" + canonical.signedHeaders()
                        + ",Signature=" + signature(canonical, credentials.secretKey()));
        return added;
    }

    /**
     * The canonical form of a request.
     *
     * @param added the {@code x-acs-*} headers of the signature
     */
    static CanonicalRequest canonicalRequest(UnsignedRequest request, Map<String, String> added) {
        return new CanonicalRequest(
                request.method(),
                request.path(),
                QueryParameter.canonical(request.query(), comparing(QueryParameter::name)),
                CanonicalRequest.signed(request, added, Acs3HmacSha256::isSigned),
                added.getOrDefault("x-acs-content-sha256", ""));
    }

    static String signature(CanonicalRequest canonical, String secretKey) {
        return Digests.hmacSha256Hex(secretKey, ALGORITHM + "\n" + canonical.hash());
    }

    private static boolean isSigned(String header) {
        return header.equals("host") || header.equals("content-type") || header.startsWith("x-acs-");
    }
}
