package io.jobrelay.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import java.io.IOException;

/** The body of a request. */
final class Body {
    private Body() {}

    /** The body as JSON; no body is no JSON. */
    static JsonNode json(byte[] body) {
        try {
            return Json.MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            throw RefusedException.of(400, "body: must be JSON, but " + e.getOriginalMessage());
        } catch (IOException e) {
            throw RefusedException.of(400, "body: must be JSON in UTF-8");
        }
    }
}
