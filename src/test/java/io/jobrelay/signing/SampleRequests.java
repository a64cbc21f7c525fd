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

    /** The request as it was when its canonical form was made. */
    static UnsignedRequest complete(UnsignedRequest request, Map<String, String> signed) {
        SortedMap<String, String> added = new TreeMap<>(signed);
        added.remove("authorization");
        return request.with(added);
    }
}
