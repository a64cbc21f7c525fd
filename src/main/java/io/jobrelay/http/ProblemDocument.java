package io.jobrelay.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jobrelay.job.Json;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;

/**
 * Why a request was refused, <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>.
 *
 * @param type {@code about:blank}: the status says what kind of problem it is
 * @param detail what is wrong and what to do; never a secret, never what only we need to know
 * @param errors each wrong place in the body, if that is what is wrong
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record ProblemDocument(String type, String title, int status, String detail, List<Place> errors) {
    static final String CONTENT_TYPE = "application/problem+json";

    private static final int LONGEST_DETAIL = 1_000;

    ProblemDocument {
        requireNonNull(detail, "detail is null");
        errors = List.copyOf(errors);
    }

    /** A wrong place in the body, by its <a href="https://www.rfc-editor.org/rfc/rfc6901">JSON pointer</a>. */
    record Place(String pointer, String detail) {
        Place {
            requireNonNull(pointer, "pointer is null");
            detail = shortened(detail);
        }
    }

    static ProblemDocument of(int status, String detail, List<Place> errors) {
        String title = HttpResponseStatus.valueOf(status).reasonPhrase();
        return new ProblemDocument("about:blank", title, status, shortened(detail), errors);
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_DETAIL ? text : text.substring(0, LONGEST_DETAIL) + "...";
    }

    Reply reply() {
        return new Reply(status, CONTENT_TYPE, Json.write(this).getBytes(UTF_8));
    }
}
