package io.jobrelay.signing;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Huawei's {@code SDK-HMAC-SHA256} in the form "Credential=", which the Open Telekom Cloud's own clients send: the key
 * is derived from the secret key for one day, region and service.
 *
 * <p>Signs method, path, query, body and every header except {@code x-project-id}, {@code x-domain-id} and
 * {@code x-security-token}, which travel unsigned; white space inside a value counts as one blank. Parameters are
 * ordered without regard to case and only the first value of a repeated name is signed, so do not repeat names. The
 * Open Telekom Cloud's clients sign a POST with a query and no body in a way of their own; avoid it. See "AK/SK
 * authentication" in the Open Telekom Cloud's ModelArts API reference.
 *
 * @param region may be empty, as those clients leave it
 * @param service likewise
 */
public record SdkHmacSha256Scoped(String region, String service) implements RequestSigner {

    private static final String TERMINATOR = "sdk_request";

    private static final Set<String> UNSIGNED = Set.of("x-project-id", "x-domain-id", "x-security-token");

    public SdkHmacSha256Scoped {
        requireNonNull(region, "region is null");
        requireNonNull(service, "service is null");
    }

    /** With the empty region and service that the vendor's clients use. */
    public SdkHmacSha256Scoped() {
        this("", "");
    }

    @Override
    public String scheme() {
        return "sdk-hmac-sha256-scoped";
    }

    @Override
    public Map<String, String> sign(UnsignedRequest request, Credentials credentials, Instant now, String nonce) {
        SortedMap<String, String> added = SdkHmac.headers(credentials, now);
        CanonicalRequest canonical = canonicalRequest(request.with(added));
        String timestamp = SdkHmac.timestamp(now);
        String date = timestamp.substring(0, "yyyyMMdd".length());
        String scope = String.join("/", date, region, service, TERMINATOR);
        String stringToSign = String.join("\n", SdkHmac.ALGORITHM, timestamp, scope, canonical.hash());
        added.put(
                "authorization",
                "%s Credential=%s/%s, SignedHeaders=%s, Signature=%s"
                        .formatted(
                                SdkHmac.ALGORITHM,
                                credentials.accessKey(),
                                scope,
                                canonical.signedHeaders(),
                                Digests.hmacSha256Hex(signingKey(credentials.secretKey(), date), stringToSign)));
        return added;
    }

    static CanonicalRequest canonicalRequest(UnsignedRequest request) {
        SortedMap<String, String> collapsed = new TreeMap<>(request.headers());
        collapsed.replaceAll((name, value) -> value.replaceAll("\\s+", " "));
        return SdkHmac.canonicalRequest(
                request.with(collapsed), canonicalQuery(request.query()), header -> !UNSIGNED.contains(header));
    }

    private byte[] signingKey(String secretKey, String date) {
        byte[] ofDay = Digests.hmacSha256(Digests.utf8("SDK" + secretKey), date);
        byte[] ofRegion = Digests.hmacSha256(ofDay, region);
        byte[] ofService = Digests.hmacSha256(ofRegion, service);
        return Digests.hmacSha256(ofService, TERMINATOR);
    }

    private static String canonicalQuery(String query) {
        SortedMap<String, QueryParameter> byName =
                new TreeMap<>(String.CASE_INSENSITIVE_ORDER.thenComparing(String::compareTo));
        QueryParameter.parse(query).forEach(parameter -> byName.putIfAbsent(parameter.encodedName(), parameter));
        return byName.values().stream().map(QueryParameter::encoded).collect(joining("&"));
    }
}
