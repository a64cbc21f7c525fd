package io.jobrelay.signing;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the two forms of Huawei's {@code SDK-HMAC-SHA256} have in common. */
final class SdkHmac {

    static final String ALGORITHM = "SDK-HMAC-SHA256";

    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private SdkHmac() {}

    /** The date and, for temporary credentials, the token as headers. */
    static SortedMap<String, String> headers(Credentials credentials, String timestamp) {
        SortedMap<String, String> headers = new TreeMap<>();
        headers.put("x-sdk-date", timestamp);
        String token = credentials.securityToken();
        if (token != null) {
            headers.put("x-security-token", token);
        }
        return headers;
    }

    static String timestamp(Instant now) {
        return TIMESTAMP.format(now);
    }

    /** A payload hash that the request states in {@code x-sdk-content-sha256} is taken at its word. */
    static CanonicalRequest canonicalRequest(UnsignedRequest request, String query, SortedMap<String, String> headers) {
        String stated = headers.get("x-sdk-content-sha256");
        return new CanonicalRequest(
                request.method(),
                canonicalPath(request.path()),
                query,
                headers,
                stated == null ? Digests.sha256Hex(request.body()) : stated);
    }

    /** Each segment encoded once, and exactly one slash at the end, however many the wire path has there. */
    private static String canonicalPath(String path) {
        StringBuilder canonical = new StringBuilder(path.length() + 1);
        // With a limit of 0, split drops the empty segments at the end.
        for (String segment : path.split("/", 0)) {
            canonical
                    .append(PercentEncoding.encode(PercentEncoding.decode(segment)))
                    .append('/');
        }
        return canonical.isEmpty() ? "/" : canonical.toString();
    }
}
