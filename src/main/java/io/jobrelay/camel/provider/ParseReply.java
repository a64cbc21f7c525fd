package io.jobrelay.camel.provider;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.jobrelay.camel.watches.KeepReply;
import io.jobrelay.provider.ProviderReply;
import io.jobrelay.provider.ReplyReader;
import io.jobrelay.secrets.Secrets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Parses the reply that was kept as JSON without secrets, which becomes the body; what is parsed already stays as it is.
 *
 * @param secrets what providers may have been sent, and send back
 */
record ParseReply(Secrets secrets) implements Processor {
    @Override
    public void process(Exchange exchange) {
        if (exchange.getMessage().getBody() instanceof JsonNode) {
            return;
        }
        ProviderReply reply = requireNonNull(KeepReply.of(exchange), "keep-reply stands before parse-reply");
        exchange.getMessage().setBody(masked(ReplyReader.read(reply.httpStatus(), reply.contentType(), reply.body())));
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
