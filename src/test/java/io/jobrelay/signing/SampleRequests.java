package io.jobrelay.signing;

import java.net.URI;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/** Requests written as a URL. */
final class SampleRequests {

    private SampleRequests() {}

    static UnsignedRequest request(String method, String url) {
        return request(method, url, Map.of(), "");
    }

    static UnsignedRequest request(String method, String url, Map<String, String> headers, String body) {
        URI uri = URI.create(url);
        SortedMap<String, String> all = new TreeMap<>(headers);
        all.put("host", uri.getRawAuthority());
        return new UnsignedRequest(
                method,
                uri.getRawPath().isEmpty() ? "/" : uri.getRawPath(),
                Objects.requireNonNullElse(uri.getRawQuery(), ""),
                all,
                Digests.utf8(body));
    }

    /** The request with more headers. */
    static UnsignedRequest with(UnsignedRequest request, Map<String, String> added) {
        SortedMap<String, String> all = new TreeMap<>(request.headers());
        all.putAll(added);
        return new UnsignedRequest(request.method(), request.path(), request.query(), all, request.body());
    }

    /** Of the headers that a signer has added those that it made its canonical form with. */
    static Map<String, String> before(Map<String, String> signed) {
        Map<String, String> before = new TreeMap<>(signed);
        before.remove("authorization");
        return before;
    }
}
