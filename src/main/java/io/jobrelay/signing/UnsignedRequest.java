package io.jobrelay.signing;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A request exactly as it will go on the wire, before it is signed.
 *
 * @param path absolute and percent-encoded once; "/" when there is none
 * @param query percent-encoded once, without "?"; "" when there is none
 * @param headers lower-case names, one value each, always with {@code host} (including the port unless it is the
 *     scheme's default), never with {@code authorization}; blanks around a value, which HTTP drops, are removed
 * @param body the bytes to send, not to be changed any more; empty when there is none
 */
@SuppressWarnings("ArrayRecordComponent") // requests are signed, not compared
public record UnsignedRequest(
        String method, String path, String query, SortedMap<String, String> headers, byte[] body) {

    public UnsignedRequest {
        requireNonNull(method, "method is null");
        requireNonNull(path, "path is null");
        requireNonNull(query, "query is null");
        requireNonNull(headers, "headers is null");
        requireNonNull(body, "body is null");
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path: starts with /, was " + path);
        }
        if (query.startsWith("?")) {
            throw new IllegalArgumentException("query: given without its ?, was " + query);
        }
        headers = checked(headers);
    }

    /** Method and path only: headers may carry a security token. */
    @Override
    public String toString() {
        return method + " " + path;
    }

    private static SortedMap<String, String> checked(SortedMap<String, String> headers) {
        SortedMap<String, String> checked = new TreeMap<>();
        headers.forEach((name, value) -> {
            if (!name.equals(name.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException("headers: names in lower case, was " + name);
            }
            if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0) {
                throw new IllegalArgumentException("headers: values without line breaks, " + name + " has one");
            }
            checked.put(name, value.strip());
        });
        if (checked.getOrDefault("host", "").isEmpty()) {
            throw new IllegalArgumentException("headers: host is missing");
        }
        if (checked.containsKey("authorization")) {
            throw new IllegalArgumentException("headers: authorization is there already");
        }
        return Collections.unmodifiableSortedMap(checked);
    }
}
