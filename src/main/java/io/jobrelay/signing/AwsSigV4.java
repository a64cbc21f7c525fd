package io.jobrelay.signing;

import static java.util.Comparator.comparing;
import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Amazon's Signature Version 4 in the {@code Authorization} header: the key is derived from the secret key for one day, region
 * and service.
 *
 * <p>Signs method, path, query, body and every header but those that proxies and clients change. The path is normalised and
 * encoded once more than on the wire, as all services but S3 want it. See "Create a signed AWS API request" in the IAM user
 * guide.
 */
public final class AwsSigV4 implements RequestSigner {
    /** The name of this scheme. */
    public static final String SCHEME = "aws-sigv4";

    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final String TERMINATOR = "aws4_request";
    private static final Set<String> UNSIGNED =
            Set.of("connection", "expect", "te", "transfer-encoding", "user-agent", "x-amzn-trace-id");
    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");

    private final String region;
    private final String service;
    private final DerivedKeys keys = new DerivedKeys();

    /**
     * @param region such as {@code eu-central-1}
     * @param service such as {@code sagemaker}
     */
    public AwsSigV4(String region, String service) {
        this.region = requireNonNull(region, "region is null");
        this.service = requireNonNull(service, "service is null");
    }

    @Override
    public String scheme() {
        return SCHEME;
    }

    @Override
    public Map<String, String> sign(UnsignedRequest request, Credentials credentials, Instant now) {
        String timestamp = SdkHmac.timestamp(now);
        SortedMap<String, String> added = new TreeMap<>(Map.of("x-amz-date", timestamp));
        String token = credentials.securityToken();
        if (token != null) {
            added.put("x-amz-security-token", token);
        }
        CanonicalRequest canonical = canonicalRequest(request, added);
        String date = timestamp.substring(0, "yyyyMMdd".length());
        byte[] key = keys.of(date, credentials, its -> signingKey(its.secretKey(), date));
        added.put(
                "authorization",
                ALGORITHM
                        + " Credential=" + credentials.accessKey() + "/" + scope(date)
                        + ", SignedHeaders=" + canonical.signedHeaders()
                        + ", Signature=" + Digests.hmacSha256Hex(key, stringToSign(canonical, timestamp)));
        return added;
    }

    /** A payload hash that the request states in {@code x-amz-content-sha256} is taken at its word. */
    static CanonicalRequest canonicalRequest(UnsignedRequest request, Map<String, String> added) {
        SortedMap<String, String> headers =
                CanonicalRequest.signed(request, added, header -> !UNSIGNED.contains(header));
        headers.replaceAll((name, value) -> WHITE_SPACE.matcher(value).replaceAll(" "));
        String stated = headers.get("x-amz-content-sha256");
        return new CanonicalRequest(
                request.method(),
                canonicalPath(request.path()),
                QueryParameter.canonical(
                        request.query(), comparing(QueryParameter::encodedName).thenComparing(QueryParameter::encoded)),
                headers,
                stated == null ? Digests.sha256Hex(request.body()) : stated);
    }

    String stringToSign(CanonicalRequest canonical, String timestamp) {
        String date = timestamp.substring(0, "yyyyMMdd".length());
        return String.join("\n", ALGORITHM, timestamp, scope(date), canonical.hash());
    }

    private String scope(String date) {
        return String.join("/", date, region, service, TERMINATOR);
    }

    private byte[] signingKey(String secretKey, String date) {
        byte[] ofDay = Digests.hmacSha256(Digests.utf8("AWS4" + secretKey), date);
        byte[] ofRegion = Digests.hmacSha256(ofDay, region);
        byte[] ofService = Digests.hmacSha256(ofRegion, service);
        return Digests.hmacSha256(ofService, TERMINATOR);
    }

    /** Without empty and dotted segments, RFC 3986, section 5.2.4. */
    private static String canonicalPath(String path) {
        Deque<String> segments = new ArrayDeque<>();
        String last = "";
        for (String segment : path.split("/", -1)) {
            last = segment;
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                segments.addLast(PercentEncoding.encode(segment));
            }
        }
        boolean directory = Set.of("", ".", "..").contains(last);
        return "/" + String.join("/", segments) + (directory && !segments.isEmpty() ? "/" : "");
    }
}
