package io.jobrelay.camel.watches;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.provider.ProviderReply;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.hc.core5.http.HttpStatus;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the provider's reply as it came until the poll is settled: to compare it with the last one, and to store it if it turns
 * out to be malformed. The body becomes its bytes.
 */
public final class KeepReply implements Processor {
    private static final String PROPERTY = "jobrelay-reply";

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        byte[] body = message.getBody(byte[].class);
        ProviderReply reply = new ProviderReply(
                message.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, int.class),
                message.getHeader(Exchange.CONTENT_TYPE, String.class),
                body == null ? new byte[0] : body);
        exchange.setProperty(PROPERTY, reply);
        message.setBody(reply.body());
        if (reply.httpStatus() / 100 == HttpStatus.SC_OK / 100) {
            Poll poll = Poll.find(exchange);
            if (poll != null) {
                poll.add(reply.body());
            }
        }
    }

    /** The same for a reply that a batched poll has found; gives its bytes. */
    static byte[] keep(Exchange exchange, JsonNode found) {
        byte[] body = Json.write(found).getBytes(UTF_8);
        exchange.setProperty(PROPERTY, new ProviderReply(HttpStatus.SC_OK, "application/json", body));
        exchange.getMessage().setBody(found);
        return body;
    }

    /** Keeps this in place of the body of the last reply, of which a part must not be kept. */
    public static void replace(Exchange exchange, byte[] body) {
        ProviderReply last = requireNonNull(of(exchange), "there is no reply");
        exchange.setProperty(PROPERTY, new ProviderReply(last.httpStatus(), last.contentType(), body));
    }

    /** Forgets the last reply, of the previous page or the first attempt: a failure from here on is not about it. */
    public static void forget(Exchange exchange) {
        exchange.removeProperty(PROPERTY);
    }

    /** The last reply; null if none has come. */
    public static @Nullable ProviderReply of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, ProviderReply.class);
    }

    /** A failure that says the exchange's reply, if there is one, is not as it should be. */
    public static PollFailedException malformed(Exchange exchange, String cause) {
        ProviderReply reply = of(exchange);
        return new PollFailedException(
                reply == null
                        ? PollFailure.without(FailureKind.MALFORMED, cause)
                        : PollFailure.malformed(cause, reply));
    }
}
