package io.jobrelay.provider;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;

import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A provider's reply as it came. {@code contentType} is null where it gave none. */
@SuppressWarnings("ArrayRecordComponent") // two of these are never compared
public record ProviderReply(int httpStatus, @Nullable String contentType, byte[] body) {
    public ProviderReply {
        requireNonNull(body, "body is null");
    }

    /** This reply with content type and body passed through the redaction, byte for byte where nothing is redacted. */
    ProviderReply redacted(UnaryOperator<String> redaction) {
        String text = new String(body, ISO_8859_1);
        String redacted = redaction.apply(text);
        String type = contentType == null ? null : redaction.apply(contentType);
        return redacted.equals(text) && Objects.equals(type, contentType)
                ? this
                : new ProviderReply(httpStatus, type, redacted.getBytes(ISO_8859_1));
    }
}
