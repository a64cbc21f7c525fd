package io.jobrelay.signing;

import static java.util.stream.Collectors.joining;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What the two forms of Huawei's {@code SDK-HMAC-SHA256} have in common. */
final class SdkHmac {

    static final String ALGORITHM = "SDK-HMAC-SHA256";

    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private SdkHmac() {}

    /** The date and, for temporary credentials, the token as headers. */
    static SortedMap<String, String> headers(Credentials credentials, Instant now) {
        SortedMap<String, String> headers = new TreeMap<>();
        headers.put("x-sdk-date", timestamp(now));
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
    static CanonicalRequest canonicalRequest(UnsignedRequest request, String query, Predicate<String> isSigned) {
        String stated = request.headers().get("x-sdk-content-sha256");
        return new CanonicalRequest(
                request.method(),
                canonicalPath(request.path()),
                query,
                CanonicalRequest.signed(request.headers(), isSigned),
                stated == null ? Digests.sha256Hex(request.body()) : stated);
    }

    /** Each segment encoded once, and exactly one slash at the end, however many the wire path has there. */
    private static String canonicalPath(String path) {
        // Without a limit, split drops the empty segments at the end.
        return Arrays.stream(path.split("/"))
                .map(PercentEncoding::decode)
                .map(PercentEncoding::encode)
                .collect(joining("/", "", "/"));
    }
}
