package io.jobrelay.camel.provider;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.jobrelay.camel.watches.KeepReply;
import io.jobrelay.delivery.RetryAfter;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.PollFailure;
import java.time.Clock;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Ends the poll if the HTTP status is none of success, or the failure mapping made something of the reply: <code>{kind, code,
 * message}</code>. Where that names no kind, the status decides.
 */
record RequireSuccess(Clock clock) implements Processor {
    /** Variable: what the provider's failure mapping made of the reply; null where it names no error. */
    private static final String FAILURE = "failure";

    private static final int REDIRECTION = 300;

    @Override
    public void process(Exchange exchange) {
        int status = requireNonNull(KeepReply.of(exchange), "keep-reply stands before require-success")
                .httpStatus();
        JsonNode mapped = exchange.getVariable(FAILURE, NullNode.getInstance(), JsonNode.class);
        if (status < REDIRECTION && mapped.isNull()) {
            return;
        }
        String kind = text(mapped, "kind");
        String message = text(mapped, "message");
        throw new PollFailedException(new PollFailure(
                kind == null ? FailureKind.ofStatus(status) : FailureKind.valueOf(kind),
                status,
                text(mapped, "code"),
                message == null ? "HTTP status " + status : message,
                RetryAfter.of(
                        exchange.getMessage().getHeader("Retry-After", String.class),
                        exchange.getMessage().getHeader("RateLimit", String.class),
                        clock.instant()),
                null));
    }

    private static @Nullable String text(JsonNode node, String member) {
        String text = node.path(member).asText("");
        return text.isBlank() || node.path(member).isNull() ? null : text;
    }
}
