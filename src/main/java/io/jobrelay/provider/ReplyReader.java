package io.jobrelay.provider;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.NullNode;
import io.jobrelay.job.Json;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of a reply as JSON. A good reply must be JSON; an error reply may be anything, since it may come from a
 * proxy on the way, and its status speaks for it.
 */
public final class ReplyReader {
    /** A reply becomes a part of a record, and that of an event, which must not be deeper than what Jackson writes. */
    private static final int DEEPEST = 500;

    private static final ObjectReader REPLIES = Json.MAPPER
            .reader()
            .with(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .build());

    private ReplyReader() {}

    /**
     * The body as JSON, or JSON null for an error reply that is not JSON.
     *
     * @throws PollFailedException with {@link FailureKind#MALFORMED} and the whole reply, for a good status without JSON
     */
    public static JsonNode read(int status, @Nullable String contentType, byte[] body) {
        try {
            JsonNode json = REPLIES.readTree(body);
            if (json.isContainerNode()) {
                return json;
            }
            return unreadable(status, contentType, body, json.isMissingNode() ? "is empty" : "is not a JSON object");
        } catch (JsonProcessingException e) {
            return unreadable(status, contentType, body, cause(contentType, e));
        } catch (IOException e) {
            return unreadable(status, contentType, body, e.toString());
        }
    }

    private static JsonNode unreadable(int status, @Nullable String contentType, byte[] body, String cause) {
        if (status / 100 != 2) {
            return NullNode.getInstance();
        }
        throw new PollFailedException(
                PollFailure.malformed("the reply " + cause, new ProviderReply(status, contentType, body)));
    }

    private static String cause(@Nullable String contentType, JsonProcessingException e) {
        if (contentType != null && !contentType.toLowerCase(Locale.ROOT).contains("json")) {
            return "is not JSON but " + contentType;
        }
        return "is not valid JSON: "
                + e.getOriginalMessage().lines().findFirst().orElse("");
    }
}
