package io.jobrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;

/** Why a Jobrelay did not do what it was asked to do, with what the user can do. */
final class ApiException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final List<String> problems;

    ApiException(int status, String message) {
        this(status, message, List.of());
    }

    private ApiException(int status, String message, List<String> errors) {
        super(String.join(
                "\n", Stream.concat(Stream.of(message), errors.stream()).toList()));
        this.status = status;
        this.problems = errors.isEmpty() ? List.of(message) : errors;
    }

    static ApiException unreachable(String message) {
        return new ApiException(0, message);
    }

    /** From a problem document, RFC 9457. */
    static ApiException of(int status, JsonNode problem) {
        return new ApiException(
                status, problem.path("detail").asText(), problem.path("errors").findValuesAsText("detail"));
    }

    /** True if no Jobrelay has replied. */
    boolean isUnreachable() {
        return status == 0;
    }

    /** True if only what the path names is wrong: it is not there, or not in a state that allows this. */
    boolean concernsOneItem() {
        return status == 404 || status == 409;
    }

    /** The errors in what was sent, one by one; the message where there are none. */
    List<String> problems() {
        return problems;
    }
}
