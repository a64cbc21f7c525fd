package io.jobrelay.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import io.jobrelay.signing.UnsignedRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/**
 * A request as received: nothing decoded or reordered.
 *
 * @param path with its percent-encoding
 * @param query with its percent-encoding, without "?"; "" when there is none
 * @param headers lower-case names; the values of a repeated one are joined by commas
 */
@SuppressWarnings("ArrayRecordComponent") // read once, never compared
record ReceivedRequest(String method, String path, String query, Map<String, String> headers, byte[] body) {
    static ReceivedRequest of(HttpServerRequest request, byte[] body) {
        String uri = request.uri();
        int mark = uri.indexOf('?');
        SortedMap<String, String> headers = new TreeMap<>();
        request.headers()
                .forEach((name, value) ->
                        headers.merge(name.toLowerCase(Locale.ROOT), value, (first, next) -> first + "," + next));
        return new ReceivedRequest(
                request.method().name(),
                mark < 0 ? uri : uri.substring(0, mark),
                mark < 0 ? "" : uri.substring(mark + 1),
                headers,
                body);
    }

    /**
     * What distinguishes requests: {@code method}, {@code path}, and the values of each {@code query} parameter and of each
     * member of a JSON {@code body}.
     */
    Map<String, String> parts() {
        Map<String, String> parts = new TreeMap<>(Map.of("method", method, "path", path));
        new QueryStringDecoder(query, false)
                .parameters()
                .forEach((name, values) -> parts.put("query " + name, values(values)));
        try {
            Json.MAPPER
                    .readTree(body)
                    .properties()
                    .forEach(member -> parts.put("body " + member.getKey(), values(member.getValue())));
        } catch (IOException e) {
            // A body that is no JSON has no members.
        }
        return parts;
    }

    /** One value or a list of them as text, whatever their order. */
    static String values(Object value) {
        JsonNode node = Json.MAPPER.valueToTree(value);
        return StreamSupport.stream((node.isArray() ? node : List.of(node)).spliterator(), false)
                .map(JsonNode::asText)
                .sorted()
                .toList()
                .toString();
    }

    /** The request before it was signed, with these headers only. */
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
