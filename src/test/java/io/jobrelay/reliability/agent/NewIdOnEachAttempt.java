package io.jobrelay.reliability.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jobrelay.camel.outbox.OutboxHeaders;
import java.util.UUID;
import net.bytebuddy.asm.Advice;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** {@link Variant#NEW_ID_ON_EACH_ATTEMPT} */
public final class NewIdOnEachAttempt {
    private NewIdOnEachAttempt() {}

    @Advice.OnMethodEnter
    static void sign(@Advice.Argument(0) Exchange exchange) {
        rename(exchange);
    }

    /** Called from the changed code. */
    public static void rename(Exchange exchange) {
        Message message = exchange.getMessage();
        String before = message.getHeader(OutboxHeaders.EVENT_ID, String.class);
        String after = UUID.randomUUID().toString();
        message.setHeader(OutboxHeaders.EVENT_ID, after);
        message.setBody(message.getBody(String.class).replace(before, after).getBytes(UTF_8));
    }
}
