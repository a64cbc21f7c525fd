package io.jobrelay.signing;

import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.joining;

import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;

/**
 * Huawei Cloud's {@code SDK-HMAC-SHA256} in the form "Access=", which every Huawei SDK sends.
 *
 * <p>Signs method, path, query, body and every header except {@code content-type} and those with a {@code _} in their
 * name. The key is the secret key itself. See "AK/SK authentication" in the guides of Huawei Cloud's and the Open
 * Telekom Cloud's API Gateway.
 */
public record SdkHmacSha256() implements RequestSigner {

    @Override
    public String scheme() {
        return "sdk-hmac-sha256";
    }

    @Override
    public Map<String, String> sign(UnsignedRequest request, Credentials credentials, Instant now, String nonce) {
        SortedMap<String, String> added = SdkHmac.headers(credentials, now);
        CanonicalRequest canonical = canonicalRequest(request.with(added));
        added.put(
                "authorization",
                "%s Access=%s, SignedHeaders=%s, Signature=%s"
                        .formatted(
                                SdkHmac.ALGORITHM,
                                credentials.accessKey(),
                                canonical.signedHeaders(),
                                signature(canonical, credentials.secretKey(), now)));
        return added;
    }

    /** Parameters sorted by encoded name; the values of a repeated name keep their order. */
    static CanonicalRequest canonicalRequest(UnsignedRequest request) {
        String query = QueryParameter.parse(request.query()).stream()
                .sorted(comparing(QueryParameter::encodedName))
                .map(QueryParameter::encoded)
                .collect(joining("&"));
        return SdkHmac.canonicalRequest(request, query, SdkHmacSha256::isSigned);
    }

    static String signature(CanonicalRequest canonical, String secretKey, Instant now) {
        return Digests.hmacSha256Hex(
                secretKey, String.join("\n", SdkHmac.ALGORITHM, SdkHmac.timestamp(now), canonical.hash()));
    }

    private static boolean isSigned(String header) {
        return !header.equals("content-type") && header.indexOf('_') < 0;
    }
}
