package io.jobrelay.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.job.Json;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a request is answered with, complete. */
@SuppressWarnings("ArrayRecordComponent") // the bytes are what is sent, nobody compares replies
record Reply(int status, @Nullable String contentType, byte[] body, Map<String, String> headers) {
    static final String JSON = "application/json";

    private static final int LONGEST_DETAIL = 1_000;

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

    /**
     * Why a request was refused, <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>.
     *
     * @param detail what is wrong and what to do; never a secret, never what only we need to know
     */
    static Reply problem(int status, String detail, Place... errors) {
        ObjectNode problem = Json.MAPPER
                .createObjectNode()
                .put("type", "about:blank") // the status says what kind of problem it is
                .put("title", HttpResponseStatus.valueOf(status).reasonPhrase())
                .put("status", status)
                .put("detail", shortened(detail));
        if (errors.length > 0) {
            Stream.of(errors).forEach(problem.putArray("errors")::addPOJO);
        }
        return new Reply(status, "application/problem+json", Json.write(problem).getBytes(UTF_8));
    }

    /** A wrong place in the body, by its <a href="https://www.rfc-editor.org/rfc/rfc6901">JSON pointer</a>. */
    record Place(String pointer, String detail) {
        Place {
            detail = shortened(detail);
        }
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_DETAIL ? text : text.substring(0, LONGEST_DETAIL) + "...";
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
