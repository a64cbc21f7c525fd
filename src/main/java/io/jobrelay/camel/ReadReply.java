package io.jobrelay.camel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.provider.ReplyReader;
import io.jobrelay.provider.UnreadableReply;
import io.jobrelay.trust.Secrets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Reads the provider's reply as JSON without secrets, which becomes the body. The reply as it came is remembered, so that it can be kept
 * whole if it turns out to be malformed.
 */
final class ReadReply implements Processor {
    static final String REPLY = "jobrelay-reply";

    private final Secrets secrets;

    /**
     * @param secrets what providers may have been sent, and send back
     */
    ReadReply(Secrets secrets) {
        this.secrets = secrets;
    }

    /** That the exchange's reply, if one has come, cannot be what it should be. */
    static PollFailedException malformed(Exchange exchange, String cause) {
        UnreadableReply reply = exchange.getProperty(REPLY, UnreadableReply.class);
        return new PollFailedException(
                reply == null
                        ? PollFailure.without(FailureKind.MALFORMED, cause)
                        : PollFailure.malformed(cause, reply));
    }

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
        message.setBody(masked(ReplyReader.read(status, contentType, body)));
    }

    /** The same JSON with the secrets masked in its texts and names, however they were escaped. */
    private JsonNode masked(JsonNode node) {
        if (node instanceof TextNode text) {
            String masked = secrets.mask(text.textValue());
            return masked.equals(text.textValue()) ? text : TextNode.valueOf(masked);
        }
        if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, masked(array.get(i)));
            }
        } else if (node instanceof ObjectNode object) {
            object.properties().forEach(member -> member.setValue(masked(member.getValue())));
            for (Map.Entry<String, JsonNode> member : object.properties()) {
                if (secrets.shownIn(member.getKey())) {
                    maskNames(object);
                    break;
                }
            }
        }
        return node;
    }

    private void maskNames(ObjectNode object) {
        Map<String, JsonNode> members = new LinkedHashMap<>();
        object.properties().forEach(member -> members.put(secrets.mask(member.getKey()), member.getValue()));
        object.removeAll();
        object.setAll(members);
    }
}
