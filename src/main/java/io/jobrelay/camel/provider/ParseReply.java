package io.jobrelay.camel.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.jobrelay.camel.watches.KeepReply;
import io.jobrelay.camel.watches.Poll;
import io.jobrelay.job.Json;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.ProviderReply;
import io.jobrelay.provider.ReplyReader;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.watch.ProviderApi;
import io.jobrelay.watch.Watch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Parses the reply that was kept as JSON, which becomes the body, without secrets and without what the API calls confidential.
 * Confidential members are out of the kept reply too; one that cannot be parsed is kept without its body, since nobody knows
 * what is in it. What is parsed already stays as it is.
 *
 * @param secrets what providers may have been sent, and send back
 * @param apis by name
 */
record ParseReply(Secrets secrets, Function<String, Optional<ProviderApi>> apis) implements Processor {
    @Override
    public void process(Exchange exchange) {
        if (exchange.getMessage().getBody() instanceof JsonNode) {
            return;
        }
        ProviderReply reply = requireNonNull(KeepReply.of(exchange), "keep-reply stands before parse-reply");
        List<List<String>> confidential = confidential(exchange);
        JsonNode json = confidential.isEmpty() ? read(reply) : readConfidential(exchange, reply);
        if (!confidential.isEmpty() && removed(json, List.of(), confidential)) {
            KeepReply.replace(exchange, Json.write(json).getBytes(UTF_8));
        }
        exchange.getMessage().setBody(masked(json));
    }

    private List<List<String>> confidential(Exchange exchange) {
        Watch watch = exchange.getVariable(Poll.WATCH, Watch.class);
        return watch == null
                ? List.of()
                : apis.apply(watch.api())
                        .map(ProviderApi::getConfidentialMembers)
                        .orElse(List.of());
    }

    private static JsonNode read(ProviderReply reply) {
        return ReplyReader.read(reply.httpStatus(), reply.contentType(), reply.body());
    }

    /** Says less of a reply that it cannot read: a parser quotes what it stumbles over. */
    private static JsonNode readConfidential(Exchange exchange, ProviderReply reply) {
        try {
            return read(reply);
        } catch (PollFailedException e) {
            KeepReply.replace(exchange, new byte[0]);
            throw KeepReply.malformed(exchange, e.failure().message().replaceFirst(":.*", ""));
        }
    }

    /** Removes the members whose paths end like one of these; true if there was any. */
    private static boolean removed(JsonNode node, List<String> path, List<List<String>> ends) {
        boolean any = false;
        if (node instanceof ObjectNode object) {
            any = object.properties().removeIf(member -> ends(path, member.getKey(), ends));
            for (Map.Entry<String, JsonNode> member : object.properties()) {
                any |= removed(member.getValue(), at(path, member.getKey()), ends);
            }
        } else {
            for (JsonNode item : node) {
                any |= removed(item, path, ends);
            }
        }
        return any;
    }

    private static List<String> at(List<String> path, String name) {
        List<String> at = new ArrayList<>(path);
        at.add(name);
        return at;
    }

    private static boolean ends(List<String> path, String name, List<List<String>> ends) {
        List<String> at = at(path, name);
        return ends.stream()
                .anyMatch(end -> at.size() >= end.size()
                        && at.subList(at.size() - end.size(), at.size()).equals(end));
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
