package io.jobrelay.signing;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Baidu Cloud's {@code bce-auth-v1}: the key is derived from the secret key for one access key, instant and expiry.
 *
 * <p>Signs method, path, query, {@code host} and every {@code x-bce-*} header, and lists their names. It does not sign
 * the body. See "Generating an authentication string" in Baidu Cloud's documents.
 *
 * @param expiry how long the gateway may accept the signature; whole seconds, at least one
 */
public record BceAuthV1(Duration expiry) implements RequestSigner {

    public BceAuthV1 {
        requireNonNull(expiry, "expiry is null");
        if (expiry.toSeconds() < 1) {
            throw new IllegalArgumentException("expiry: at least one second, was " + expiry);
        }
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
    public Map<String, String> sign(UnsignedRequest request, Credentials credentials, Instant now, String nonce) {
        SortedMap<String, String> added = new TreeMap<>();
        added.put("x-bce-date", now.truncatedTo(ChronoUnit.SECONDS).toString());
        String token = credentials.securityToken();
        if (token != null) {
            added.put("x-bce-security-token", token);
        }
        UnsignedRequest complete = request.with(added);
        added.put("authorization", authorization(complete, signedHeaders(complete), credentials, now));
        return added;
    }

    /** The header's value when exactly these headers of the request are signed, of which the request has each. */
    public String authorization(
            UnsignedRequest request, Collection<String> signedHeaders, Credentials credentials, Instant now) {
        String prefix = "bce-auth-v1/%s/%s/%d"
                .formatted(credentials.accessKey(), now.truncatedTo(ChronoUnit.SECONDS), expiry.toSeconds());
        // The next key is the hexadecimal text, not the octets behind it.
        String signingKey = Digests.hmacSha256Hex(credentials.secretKey(), prefix);
        String names = signedHeaders.stream().sorted().collect(joining(";"));
        String signature = Digests.hmacSha256Hex(signingKey, canonicalRequest(request, signedHeaders));
        return String.join("/", prefix, names, signature);
    }

    static String canonicalRequest(UnsignedRequest request, Collection<String> signedHeaders) {
        // Sorted as whole lines: "a-b:" comes before "a:", although "a" comes before "a-b".
        String headers = signedHeaders.stream()
                .map(name -> PercentEncoding.encode(name) + ":"
                        + PercentEncoding.encode(request.headers().getOrDefault(name, "")))
                .sorted()
                .collect(joining("\n"));
        String query = QueryParameter.parse(request.query()).stream()
                .filter(parameter -> !parameter.name().equalsIgnoreCase("authorization"))
                .map(QueryParameter::encoded)
                .sorted()
                .collect(joining("&"));
        String path =
                PercentEncoding.encode(PercentEncoding.decode(request.path())).replace("%2F", "/");
        return String.join("\n", request.method(), path, query, headers);
    }

    /** An empty header is not part of the canonical form, so it is not listed either. */
    private static Collection<String> signedHeaders(UnsignedRequest request) {
        return request.headers().entrySet().stream()
                .filter(header -> !header.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .filter(name -> name.equals("host") || name.startsWith("x-bce-"))
                .toList();
    }
}
