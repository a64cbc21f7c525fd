package io.jobrelay.camel.provider;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.jobrelay.delivery.RetryAfter;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.PollFailure;
import java.time.Clock;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Ends the poll with what the provider's failure mapping made of the reply, <code>{kind, code, message}</code>; where it
 * names no kind, the HTTP status decides.
 */
record RequireSuccess(Clock clock) implements Processor {
    /** Variable: what the provider's failure mapping made of the reply; null where it names no error. */
    private static final String FAILURE = "failure";

    @Override
    public void process(Exchange exchange) {
        int status = exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 0, int.class);
        JsonNode mapped = exchange.getVariable(FAILURE, MissingNode.getInstance(), JsonNode.class);
        String kind = text(mapped, "kind");
        String message = text(mapped, "message");
        PollFailure failure = new PollFailure(
                kind == null ? FailureKind.ofStatus(status) : FailureKind.valueOf(kind),
                status,
                text(mapped, "code"),
                message == null ? "HTTP status " + status : message,
                RetryAfter.of(exchange.getMessage().getHeader("Retry-After", String.class), clock.instant()),
                null);
        throw new PollFailedException(failure);
    }

    private static @Nullable String text(JsonNode node, String member) {
        String text = node.path(member).asText("");
        return text.isBlank() || node.path(member).isNull() ? null : text;
    }
}
