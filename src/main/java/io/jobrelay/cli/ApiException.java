package io.jobrelay.cli;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Why a Jobrelay did not do what it was asked, for people, with what to do. */
public final class ApiException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** What keeps an answer from being a good one. */
    public enum Reason {
        /** Nobody answers there. */
        UNREACHABLE,
        /** It is not there: the job, the watch, the delivery, the destination. */
        NOT_FOUND,
        /** It is not as it would have to be: a delivery that is not dead, a watch that stands in a file. */
        CONFLICT,
        /** Anything else. */
        REFUSED
    }

    private final Reason reason;
    private final List<String> errors;

    ApiException(Reason reason, String message) {
        this(reason, message, List.of());
    }

    private ApiException(Reason reason, String message, List<String> errors) {
        super(message);
        this.reason = requireNonNull(reason, "reason is null");
        this.errors = errors;
    }

    /** From a problem document, RFC 9457. */
    static ApiException of(int status, JsonNode problem) {
        Reason reason = status == 404 ? Reason.NOT_FOUND : status == 409 ? Reason.CONFLICT : Reason.REFUSED;
        List<String> errors = new ArrayList<>();
        problem.path("errors").forEach(error -> errors.add(error.path("detail").asText()));
        return new ApiException(reason, problem.path("detail").asText(), List.copyOf(errors));
    }

    public Reason reason() {
        return reason;
    }

    /** What is wrong with what was sent, place by place; the message where nobody says. */
    public List<String> problems() {
        return errors.isEmpty() ? List.of(String.valueOf(getMessage())) : errors;
    }
}
