package io.jobrelay.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Page;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** The complete reply to a request. */
@SuppressWarnings("ArrayRecordComponent") // the bytes are sent, replies are not compared
record Reply(int status, Map<String, String> headers, byte[] body) {
    static final String JSON = "application/json";

    private static final int LONGEST_DETAIL = 1_000;

    Reply {
        headers = Map.copyOf(headers);
        requireNonNull(body, "body is null");
    }

    static Reply of(String contentType, byte[] body) {
        return new Reply(200, Map.of("Content-Type", contentType), body);
    }

    static Reply json(int status, JsonNode body) {
        return json(status, Json.write(body));
    }

    /** JSON that is text already. */
    static Reply json(int status, String body) {
        return new Reply(status, Map.of("Content-Type", JSON), body.getBytes(UTF_8));
    }

    static Reply empty(int status) {
        return new Reply(status, Map.of(), new byte[0]);
    }

    /** A list that has no pages. */
    static Reply list(String member, List<?> items) {
        return page(member, new Page<>(items, Optional.empty()), item -> item, next -> "");
    }

    /**
     * A page of a list.
     *
     * @param item an item as the reply has it
     * @param cursor the {@link Cursor} of the next page
     */
    static <I, P> Reply page(String member, Page<I, P> page, Function<I, ?> item, Function<P, String> cursor) {
        ObjectNode reply = Json.MAPPER.createObjectNode();
        page.items().stream().map(item).forEach(reply.putArray(member)::addPOJO);
        page.next().ifPresent(next -> reply.put("next", cursor.apply(next)));
        return json(200, reply);
    }

    /**
     * Why a request was refused, <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>.
     *
     * @param detail what is wrong and what to do; never a secret or an internal detail
     */
    static Reply problem(int status, String detail, Violation... errors) {
        ObjectNode problem = Json.MAPPER
                .createObjectNode()
                .put("type", "about:blank") // the status says what kind of problem it is
                .put("title", HttpResponseStatus.valueOf(status).reasonPhrase())
                .put("status", status)
                .put("detail", shortened(detail));
        if (errors.length > 0) {
            Stream.of(errors).forEach(problem.putArray("errors")::addPOJO);
        }
        return json(status, problem).with("Content-Type", "application/problem+json");
    }

    /** What is wrong in the body, and where: a <a href="https://www.rfc-editor.org/rfc/rfc6901">JSON pointer</a>. */
    record Violation(String pointer, String detail) {
        Violation {
            detail = shortened(detail);
        }
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_DETAIL ? text : text.substring(0, LONGEST_DETAIL) + "...";
    }

    Reply with(String header, String value) {
        Map<String, String> all = new HashMap<>(headers);
        all.put(header, value);
        return new Reply(status, all, body);
    }

    /** For a client that has the body: the same headers, which update those that it keeps, and no body. */
    Reply notModified() {
        Map<String, String> all = new HashMap<>(headers);
        all.remove("Content-Type");
        return new Reply(304, all, new byte[0]);
    }

    void send(HttpServerResponse response) {
        if (!response.ended() && !response.closed()) {
            headers.forEach(response.setStatusCode(status)::putHeader);
            response.end(Buffer.buffer(body));
        }
    }
}
