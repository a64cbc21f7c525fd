package io.jobrelay.provider;

import static java.util.Objects.requireNonNull;

import io.jobrelay.logging.PlainLine;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A poll that brought no records, and why.
 *
 * @param httpStatus null where no reply came
 * @param code the provider's own code, null where it gave none
 * @param message for people
 * @param retryAfter how long the provider wants to be left alone, null where it did not say
 * @param reply the reply itself, for a {@link FailureKind#MALFORMED} one; null otherwise
 */
public record PollFailure(
        FailureKind kind,
        @Nullable Integer httpStatus,
        @Nullable String code,
        String message,
        @Nullable Duration retryAfter,
        @Nullable ProviderReply reply) {
    /** Longest message that is kept, in characters: providers echo whole requests. */
    private static final int LONGEST_MESSAGE = 500;

    public PollFailure {
        requireNonNull(kind, "kind is null");
        requireNonNull(message, "message is null");
    }

    /** A failure without any reply. */
    public static PollFailure without(FailureKind kind, String message) {
        return new PollFailure(kind, null, null, message, null, null);
    }

    /** A reply that is not what the provider documents. */
    public static PollFailure malformed(String message, ProviderReply reply) {
        return new PollFailure(FailureKind.MALFORMED, reply.httpStatus(), null, message, null, reply);
    }

    /**
     * This failure of a poll as the one line that a log, a command and the health check have for it. A redacted failure
     * shows no secret here.
     */
    public String describe(String api, String account) {
        return PlainLine.of("api=%s account=%s kind=%s%s%s: %s"
                .formatted(
                        api,
                        account,
                        kind,
                        httpStatus == null ? "" : " status=" + httpStatus,
                        code == null ? "" : " code=" + code,
                        message));
    }

    /**
     * This failure with code, message and the kept reply passed through the given redaction, and then a long message cut:
     * the other way round the half of a secret would stay.
     */
    public PollFailure redacted(UnaryOperator<String> redaction) {
        String whole = redaction.apply(message);
        return new PollFailure(
                kind,
                httpStatus,
                code == null ? null : redaction.apply(code),
                whole.length() > LONGEST_MESSAGE ? whole.substring(0, LONGEST_MESSAGE) + "…" : whole,
                retryAfter,
                reply == null ? null : reply.redacted(redaction));
    }
}
