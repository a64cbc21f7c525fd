package io.jobrelay.signing;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Huawei's {@code SDK-HMAC-SHA256} in the form "Credential=", which the Open Telekom Cloud's own clients send: the key
 * is derived from the secret key for one day, region and service.
 *
 * <p>Signs method, path, query, body and every header except {@code x-project-id}, {@code x-domain-id} and
 * {@code x-security-token}, which travel unsigned; white space inside a value counts as one blank. Parameters are
 * ordered without regard to case and only the first value of a repeated name is signed, so do not repeat names. The
 * Open Telekom Cloud's clients sign a POST with a query and no body in a way of their own; avoid it. See "AK/SK
 * authentication" in the Open Telekom Cloud's ModelArts API reference.
 */
public final class SdkHmacSha256Scoped implements RequestSigner {

    private static final String TERMINATOR = "sdk_request";

    private static final Set<String> UNSIGNED = Set.of("x-project-id", "x-domain-id", "x-security-token");

    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");

    private final String region;
    private final String service;
    private final DerivedKeys keys = new DerivedKeys();

    /**
     * @param region may be empty, as those clients leave it
     * @param service likewise
     */
    public SdkHmacSha256Scoped(String region, String service) {
        this.region = requireNonNull(region, "region is null");
        this.service = requireNonNull(service, "service is null");
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
    public Map<String, String> sign(UnsignedRequest request, Credentials credentials, Instant now) {
        String timestamp = SdkHmac.timestamp(now);
        SortedMap<String, String> added = SdkHmac.headers(credentials, timestamp);
        CanonicalRequest canonical = canonicalRequest(request, added);
        String date = timestamp.substring(0, "yyyyMMdd".length());
        String scope = String.join("/", date, region, service, TERMINATOR);
        String stringToSign = String.join("\n", SdkHmac.ALGORITHM, timestamp, scope, canonical.hash());
        byte[] key = keys.of(date, credentials, its -> signingKey(its.secretKey(), date));
        added.put(
                "authorization",
                SdkHmac.ALGORITHM
                        + " Credential=" + credentials.accessKey() + "/" + scope
                        + ", SignedHeaders=" + canonical.signedHeaders()
                        + ", Signature=" + Digests.hmacSha256Hex(key, stringToSign));
        return added;
    }

    static CanonicalRequest canonicalRequest(UnsignedRequest request, Map<String, String> added) {
        SortedMap<String, String> headers =
                CanonicalRequest.signed(request, added, header -> !UNSIGNED.contains(header));
        headers.replaceAll((name, value) -> WHITE_SPACE.matcher(value).replaceAll(" "));
        return SdkHmac.canonicalRequest(request, canonicalQuery(request.query()), headers);
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
        return QueryParameter.join(byName.values());
    }
}
