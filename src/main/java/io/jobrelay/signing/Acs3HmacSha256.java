package io.jobrelay.signing;

import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.joining;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Alibaba Cloud's {@code ACS3-HMAC-SHA256}, "signature version 3", as the ROA-style APIs use it.
 *
 * <p>Signs method, path, query, body, {@code host}, {@code content-type} and every {@code x-acs-*} header; the caller
 * supplies {@code x-acs-action} and {@code x-acs-version}. The key is the secret key itself. See "Request structure
 * and signature (V3)" in Alibaba Cloud's OpenAPI guide.
 */
public record Acs3HmacSha256() implements RequestSigner {

    private static final String ALGORITHM = "ACS3-HMAC-SHA256";

    @Override
    public String scheme() {
        return "acs3-hmac-sha256";
    }

    @Override
    public Map<String, String> sign(UnsignedRequest request, Credentials credentials, Instant now, String nonce) {
        SortedMap<String, String> added = new TreeMap<>();
        added.put("x-acs-date", now.truncatedTo(ChronoUnit.SECONDS).toString());
        added.put("x-acs-signature-nonce", nonce);
        added.put("x-acs-content-sha256", Digests.sha256Hex(request.body()));
        String token = credentials.securityToken();
        if (token != null) {
            added.put("x-acs-security-token", token);
            // Not demanded by the documents; the vendor's own clients send it with every token.
            added.put("x-acs-accesskey-id", credentials.accessKey());
        }
        CanonicalRequest canonical = canonicalRequest(request.with(added));
        added.put(
                "authorization",
                "%s Credential=%s,SignedHeaders=%s,Signature=%s"
                        .formatted(
                                ALGORITHM,
                                credentials.accessKey(),
                                canonical.signedHeaders(),
                                signature(canonical, credentials.secretKey())));
        return added;
    }

    /** The canonical form of a request that has its {@code x-acs-*} headers. */
    static CanonicalRequest canonicalRequest(UnsignedRequest request) {
        return new CanonicalRequest(
                request.method(),
                request.path(),
                QueryParameter.parse(request.query()).stream()
                        .sorted(comparing(QueryParameter::name))
                        .map(QueryParameter::encoded)
                        .collect(joining("&")),
                CanonicalRequest.signed(request.headers(), Acs3HmacSha256::isSigned),
                request.headers().getOrDefault("x-acs-content-sha256", ""));
    }

    static String signature(CanonicalRequest canonical, String secretKey) {
        return Digests.hmacSha256Hex(secretKey, ALGORITHM + "\n" + canonical.hash());
    }

    private static boolean isSigned(String header) {
        return header.equals("host") || header.equals("content-type") || header.startsWith("x-acs-");
    }
}
