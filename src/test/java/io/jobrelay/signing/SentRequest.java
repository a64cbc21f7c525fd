package io.jobrelay.signing;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toCollection;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A request as it arrived, whose signature is checked as a gateway does it: from the headers that the signature lists.
 *
 * @param headers names in lower case
 */
public record SentRequest(
        String method, String path, String query, Map<String, String> headers, String body, Credentials credentials) {
    private static final Pattern SIGNED_HEADERS =
            Pattern.compile("SignedHeaders=([^,]*)|/\\d+/([a-z0-9;-]+)/[0-9a-f]{64}");
    private static final DateTimeFormatter SDK_DATE =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** The names of the headers that the signature covers. */
    public TreeSet<String> signedHeaders() {
        Matcher matcher = SIGNED_HEADERS.matcher(authorization());
        if (!matcher.find()) {
            throw new AssertionError("no signature in " + headers);
        }
        String names = requireNonNull(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
        return Stream.of(names.split(";", -1)).collect(toCollection(TreeSet::new));
    }

    /** True if our signer of the scheme makes the same signature of it. */
    public boolean verifies(RequestSigner signer) {
        RequestSigner same = signer instanceof Acs3HmacSha256 ? new Acs3HmacSha256(this::nonce) : signer;
        SortedMap<String, String> covered = covered();
        UnsignedRequest request = new UnsignedRequest(method, path, query, covered, Digests.utf8(body));
        return authorization().equals(same.sign(request, credentials, date()).get("authorization"));
    }

    private SortedMap<String, String> covered() {
        SortedMap<String, String> covered = new TreeMap<>();
        for (String name : signedHeaders()) {
            covered.put(name, requireNonNull(headers.get(name), name));
        }
        return covered;
    }

    private Instant date() {
        String sdk = headers.getOrDefault("x-sdk-date", headers.get("x-amz-date"));
        if (sdk != null) {
            return SDK_DATE.parse(sdk, Instant::from);
        }
        String date = headers.getOrDefault("x-acs-date", headers.get("x-bce-date"));
        return Instant.parse(requireNonNull(date, "no date"));
    }

    private String nonce() {
        return headers.getOrDefault("x-acs-signature-nonce", "");
    }

    private String authorization() {
        return requireNonNull(headers.get("authorization"), "not signed");
    }
}
