package io.jobrelay.signing;

import static java.util.Comparator.comparing;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Baidu Cloud's {@code bce-auth-v1}: the key is derived from the secret key for one access key, instant and expiry.
 *
 * <p>Signs method, path, query, {@code host} and every {@code x-bce-*} header, and lists their names. It does not sign
 * the body. See "Generating an authentication string" in Baidu Cloud's documents.
 */
public final class BceAuthV1 implements RequestSigner {

    private final Duration expiry;
    private final DerivedKeys keys = new DerivedKeys();

    /**
     * @param expiry how long the gateway may accept the signature; whole seconds, at least one
     */
    public BceAuthV1(Duration expiry) {
        if (expiry.toSeconds() < 1) {
            throw new IllegalArgumentException("expiry: at least one second, was " + expiry);
        }
        this.expiry = expiry;
    }

    /** With the vendor's default of half an hour. */
    public BceAuthV1() {
        this(Duration.ofMinutes(30));
    }

    @Override
    public String scheme() {
        return "bce-auth-v1";
    }

    @Override
    public Map<String, String> sign(UnsignedRequest request, Credentials credentials, Instant now) {
        SortedMap<String, String> added = new TreeMap<>();
        String date = date(now);
        added.put("x-bce-date", date);
        String token = credentials.securityToken();
        if (token != null) {
            added.put("x-bce-security-token", token);
        }
        SortedMap<String, String> headers = CanonicalRequest.signed(request, added, BceAuthV1::isSigned);
        // An empty header is not part of the canonical form, so it is not listed either.
        headers.values().removeIf(String::isEmpty);
        added.put("authorization", authorization(request, headers, credentials, date));
        return added;
    }

    /** The header's value when exactly these headers of the request are signed, of which the request has each. */
    public String authorization(
            UnsignedRequest request, Collection<String> signedHeaders, Credentials credentials, Instant now) {
        SortedMap<String, String> headers = new TreeMap<>();
        signedHeaders.forEach(name -> headers.put(name, request.headers().getOrDefault(name, "")));
        return authorization(request, headers, credentials, date(now));
    }

    private String authorization(
            UnsignedRequest request, SortedMap<String, String> headers, Credentials credentials, String date) {
        String prefix = "bce-auth-v1/" + credentials.accessKey() + "/" + date + "/" + expiry.toSeconds();
        // The next key is the hexadecimal text, not the octets behind it.
        byte[] key = keys.of(date, credentials, its -> Digests.utf8(Digests.hmacSha256Hex(its.secretKey(), prefix)));
        String signature = Digests.hmacSha256Hex(key, canonicalRequest(request, headers));
        return prefix + "/" + String.join(";", headers.keySet()) + "/" + signature;
    }

    /**
     * The text that is signed.
     *
     * @param headers the signed headers and no others
     */
    static String canonicalRequest(UnsignedRequest request, Map<String, String> headers) {
        // Sorted as whole lines: "a-b:" comes before "a:", although "a" comes before "a-b".
        SortedSet<String> lines = new TreeSet<>();
        headers.forEach((name, value) -> lines.add(PercentEncoding.encode(name) + ":" + PercentEncoding.encode(value)));
        List<QueryParameter> parameters = QueryParameter.parse(request.query());
        parameters.removeIf(parameter -> parameter.name().equalsIgnoreCase("authorization"));
        parameters.sort(comparing(QueryParameter::encoded));
        String path =
                PercentEncoding.encode(PercentEncoding.decode(request.path())).replace("%2F", "/");
        return String.join("\n", request.method(), path, QueryParameter.join(parameters), String.join("\n", lines));
    }

    private static String date(Instant now) {
        return now.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static boolean isSigned(String header) {
        return header.equals("host") || header.startsWith("x-bce-");
    }
}
