package io.jobrelay.camel;

import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.ReplyReader;
import io.jobrelay.provider.UnreadableReply;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Reads the provider's reply as JSON, which becomes the body. The reply as it came is remembered, so that it can be kept
 * whole if it turns out to be malformed.
 */
final class ReadReply implements Processor {
    static final String REPLY = "jobrelay-reply";

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        int status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, int.class);
        String contentType = message.getHeader(Exchange.CONTENT_TYPE, String.class);
        byte[] body = message.getBody(byte[].class);
        if (body == null) {
            body = new byte[0];
        }
        exchange.setProperty(REPLY, new UnreadableReply(status, contentType, body));
        try {
            message.setBody(ReplyReader.read(status, contentType, body));
        } catch (PollFailedException e) {
            throw new PollFailedException(PollFailures.redacted(exchange, e.failure()));
        }
    }
}
