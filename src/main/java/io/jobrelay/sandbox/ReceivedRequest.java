package io.jobrelay.sandbox;

import com.github.tomakehurst.wiremock.http.Request;
import io.jobrelay.signing.UnsignedRequest;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A request as it came over the wire: nothing decoded, nothing put in order.
 *
 * @param path with its percent-encoding
 * @param query with its percent-encoding, without "?"; "" when there is none
 * @param headers lower-case names; the values of a repeated one are joined by commas
 */
@SuppressWarnings("ArrayRecordComponent") // read once, never compared
record ReceivedRequest(String method, String path, String query, Map<String, String> headers, byte[] body) {
    static ReceivedRequest of(Request request) {
        String url = request.getUrl();
        int mark = url.indexOf('?');
        SortedMap<String, String> headers = new TreeMap<>();
        request.getAllHeaderKeys()
                .forEach(name -> headers.put(
                        name.toLowerCase(Locale.ROOT),
                        String.join(",", request.header(name).values())));
        return new ReceivedRequest(
                request.getMethod().value(),
                mark < 0 ? url : url.substring(0, mark),
                mark < 0 ? "" : url.substring(mark + 1),
                headers,
                request.getBody());
    }

    @Nullable
    String header(String name) {
        return headers.get(name);
    }

    /** As the sender had it before it signed, with these headers only. */
    UnsignedRequest unsigned(Collection<String> signedHeaders) {
        SortedMap<String, String> signed = new TreeMap<>(headers);
        signed.keySet().retainAll(signedHeaders);
        signed.remove("authorization");
        return new UnsignedRequest(method, path, query, signed, body);
    }

    /** Method and path only: headers may carry a token. */
    @Override
    public String toString() {
        return method + " " + path;
    }
}
