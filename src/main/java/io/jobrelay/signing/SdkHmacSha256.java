package io.jobrelay.signing;

import static java.util.Comparator.comparing;

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
    public Map<String, String> sign(UnsignedRequest request, Credentials credentials, Instant now) {
        String timestamp = SdkHmac.timestamp(now);
        SortedMap<String, String> added = SdkHmac.headers(credentials, timestamp);
        CanonicalRequest canonical = canonicalRequest(request, added);
        added.put(
                "authorization",
                SdkHmac.ALGORITHM
                        + " Access=" + credentials.accessKey()
                        + ", SignedHeaders=" + canonical.signedHeaders()
                        + ", Signature=" + signature(canonical, credentials.secretKey(), timestamp));
        return added;
    }

    /** Parameters sorted by encoded name; the values of a repeated name keep their order. */
    static CanonicalRequest canonicalRequest(UnsignedRequest request, Map<String, String> added) {
        return SdkHmac.canonicalRequest(
                request,
                QueryParameter.canonical(request.query(), comparing(QueryParameter::encodedName)),
                CanonicalRequest.signed(request, added, SdkHmacSha256::isSigned));
    }

    static String signature(CanonicalRequest canonical, String secretKey, String timestamp) {
        return Digests.hmacSha256Hex(secretKey, SdkHmac.ALGORITHM + "\n" + timestamp + "\n" + canonical.hash());
    }

    private static boolean isSigned(String header) {
        return !header.equals("content-type") && header.indexOf('_') < 0;
    }
}
