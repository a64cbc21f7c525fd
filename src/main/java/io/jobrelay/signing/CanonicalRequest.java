package io.jobrelay.signing;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The form of a request whose hash ACS3 and SDK-HMAC sign; the two agree on the layout and differ in what goes in.
 *
 * @param path in canonical form
 * @param query in canonical form
 * @param headers the signed headers and no others
 * @param payloadHash SHA-256 of the body, or what stands for it
 */
record CanonicalRequest(
        String method, String path, String query, SortedMap<String, String> headers, String payloadHash) {

    /** The headers whose name is signed: of the request, and those that are added to it and replace others of the name. */
    static SortedMap<String, String> signed(
            UnsignedRequest request, Map<String, String> added, Predicate<String> isSigned) {
        SortedMap<String, String> signed = new TreeMap<>(request.headers());
        signed.putAll(added);
        signed.keySet().removeIf(isSigned.negate());
        return signed;
    }

    /** The names of the signed headers as the {@code Authorization} header lists them. */
    String signedHeaders() {
        return String.join(";", headers.keySet());
    }

    /** Six elements, a line each; every header ends its own line, which leaves an empty one after the last. */
    String text() {
        StringBuilder lines = new StringBuilder();
        headers.forEach(
                (name, value) -> lines.append(name).append(':').append(value).append('\n'));
        return method + '\n' + path + '\n' + query + '\n' + lines + '\n' + signedHeaders() + '\n' + payloadHash;
    }

    String hash() {
        return Digests.sha256Hex(text());
    }
}
