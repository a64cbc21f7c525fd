package io.jobrelay.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.URLDecoder;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request that has been let in.
 *
 * @param path the parts of the path that the template names, as they stand in it, percent-encoded
 * @param query with names only that the resource takes
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are bytes; nobody compares requests
record Request(Map<String, String> path, Query query, MultiMap headers, byte[] body) {
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

    /** The part, percent-decoded; a plus is a plus. */
    String part(String name) {
        String raw = raw(name);
        try {
            return URLDecoder.decode(raw.replace("+", "%2B"), UTF_8);
        } catch (IllegalArgumentException e) {
            throw RefusedException.of(400, "path: must be percent-encoded, was '%s'".formatted(raw));
        }
    }

    /** The body as JSON; no body is no JSON. */
    JsonNode json() {
        try {
            return Json.MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            throw RefusedException.of(400, "body: must be JSON, but " + e.getOriginalMessage());
        } catch (IOException e) {
            throw RefusedException.of(400, "body: must be JSON in UTF-8");
        }
    }

    /** True if the caller has what the tag stands for, by {@code If-None-Match}. */
    boolean has(String tag) {
        return headers.getAll("If-None-Match").stream()
                .flatMap(value -> List.of(value.split(",")).stream())
                .map(value -> value.strip().replaceFirst("^W/", ""))
                .anyMatch(value -> value.equals(tag) || value.equals("*"));
    }
}
