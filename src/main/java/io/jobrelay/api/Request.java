package io.jobrelay.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import java.io.IOException;
import java.net.URLDecoder;
import java.util.regex.Matcher;

/**
 * A request that the guard has passed.
 *
 * @param path with a group for each part that the route's template names
 * @param query holds only parameters that the resource knows
 */
@SuppressWarnings("ArrayRecordComponent") // requests are not compared
record Request(Matcher path, Query query, byte[] body) {
    /** The part as it is in the path, percent-encoded. */
    String raw(String name) {
        return path.group(name);
    }

    /** The part, percent-decoded; a plus is a plus. */
    String part(String name) {
        try {
            return URLDecoder.decode(raw(name).replace("+", "%2B"), UTF_8);
        } catch (IllegalArgumentException e) {
            throw RefusedException.of(400, "path: must be percent-encoded, was '%s'".formatted(raw(name)));
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
}
