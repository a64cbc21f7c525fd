package io.jobrelay.http;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request that has been let in.
 *
 * @param path the parts of the path that the template names, as they stand in it, percent-encoded
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are bytes; nobody compares requests
record Request(Map<String, String> path, MultiMap query, MultiMap headers, byte[] body) {
    Request {
        path = Map.copyOf(path);
    }

    static byte[] bytes(@Nullable Buffer body) {
        return body == null ? new byte[0] : body.getBytes();
    }

    /** The part as it stands in the path. */
    String raw(String name) {
        return Objects.requireNonNull(path.get(name), "the template has no such part");
    }

    /** The part, decoded. */
    String part(String name) {
        return PathPart.decode(raw(name));
    }

    /** The query, which may hold these names. */
    Query query(Collection<String> known) {
        return new Query(query, known);
    }

    /** True if the caller has what the tag stands for, by {@code If-None-Match}. */
    boolean has(String tag) {
        return headers.getAll("If-None-Match").stream()
                .flatMap(value -> List.of(value.split(",")).stream())
                .map(value -> value.strip().replaceFirst("^W/", ""))
                .anyMatch(value -> value.equals(tag) || value.equals("*"));
    }
}
