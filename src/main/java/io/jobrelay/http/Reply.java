package io.jobrelay.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.job.Json;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a request is answered with, complete. */
@SuppressWarnings("ArrayRecordComponent") // the bytes are what is sent, nobody compares replies
record Reply(int status, @Nullable String contentType, byte[] body, Map<String, String> headers) {
    static final String JSON = "application/json";

    Reply {
        requireNonNull(body, "body is null");
        headers = Map.copyOf(headers);
    }

    Reply(int status, @Nullable String contentType, byte[] body) {
        this(status, contentType, body, Map.of());
    }

    static Reply json(int status, JsonNode body) {
        return json(status, Json.write(body));
    }

    /** JSON that has been written already. */
    static Reply json(int status, String body) {
        return new Reply(status, JSON, body.getBytes(UTF_8));
    }

    /** A page of a list, with the cursor of the next one, if there is one. */
    static Reply page(String member, List<?> items, @Nullable String next) {
        ObjectNode page = Json.MAPPER.createObjectNode();
        items.forEach(page.putArray(member)::addPOJO);
        return json(200, next == null ? page : page.put("next", next));
    }

    static Reply empty(int status) {
        return new Reply(status, null, new byte[0]);
    }

    Reply with(String header, String value) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(header, value);
        return new Reply(status, contentType, body, all);
    }

    void send(HttpServerResponse response) {
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(status);
        headers.forEach(response::putHeader);
        if (contentType != null) {
            response.putHeader("Content-Type", contentType);
        }
        response.end(Buffer.buffer(body));
    }
}
