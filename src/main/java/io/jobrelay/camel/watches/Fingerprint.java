package io.jobrelay.camel.watches;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A hash of the replies of a poll, one after the other, without their volatile members. Not for security.
 */
final class Fingerprint {
    private static final JsonFactory JSON = new JsonFactory();

    private final List<List<String>> volatileMembers;
    private final MessageDigest digest;
    private boolean empty = true;
    private @Nullable Hash hash;

    /** 128 bits. */
    record Hash(long high, long low) {}

    /**
     * @param volatileMembers the paths of members that change with each reply
     */
    Fingerprint(List<List<String>> volatileMembers) {
        this.volatileMembers = volatileMembers;
        try {
            digest = MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }

    void add(byte[] reply) {
        empty = false;
        int hashed = volatileMembers.isEmpty() ? 0 : addUpToLastVolatile(reply);
        digest.update(reply, hashed, reply.length - hashed);
    }

    /** Returns where the last volatile member ends. What is not JSON is hashed as a whole; parsing it will fail later. */
    private int addUpToLastVolatile(byte[] reply) {
        int hashed = 0;
        int left = volatileMembers.size();
        try (JsonParser parser = JSON.createParser(reply)) {
            while (left > 0 && parser.nextToken() != null) {
                if (parser.currentToken() != JsonToken.FIELD_NAME || !isVolatile(parser.getParsingContext())) {
                    continue;
                }
                long begin = parser.currentTokenLocation().getByteOffset();
                parser.nextToken();
                parser.skipChildren();
                parser.finishToken();
                if (begin < hashed) {
                    break; // not UTF-8: the parser counts no bytes
                }
                digest.update(reply, hashed, (int) begin - hashed);
                hashed = (int) parser.currentLocation().getByteOffset();
                left--;
            }
        } catch (IOException e) {
            return hashed;
        }
        return hashed;
    }

    private boolean isVolatile(JsonStreamContext place) {
        for (List<String> path : volatileMembers) {
            JsonStreamContext at = place;
            int depth = path.size();
            while (depth > 0 && path.get(depth - 1).equals(at.getCurrentName())) {
                at = at.getParent();
                depth--;
            }
            if (depth == 0 && at.inRoot()) {
                return true;
            }
        }
        return false;
    }

    /** Starts again. */
    void restart() {
        empty = true;
        digest.reset();
        hash = null;
    }

    /** True if nothing was added. */
    boolean isEmpty() {
        return empty;
    }

    /** Of all that was added. */
    Hash hash() {
        if (hash == null) {
            ByteBuffer bytes = ByteBuffer.wrap(digest.digest());
            hash = new Hash(bytes.getLong(), bytes.getLong());
        }
        return hash;
    }
}
