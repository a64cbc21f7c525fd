package io.jobrelay.logging;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes the log by its pattern, or, where {@code <format>json</format>} is set, as one JSON object a line: {@code time},
 * {@code level}, {@code logger}, {@code thread}, {@code message}, and {@code error} and what stands in the context
 * ({@code job}, {@code watch}, {@code destination}) where there is any. In both an event is one line without secrets.
 *
 * <p>Logback has a JSON encoder of its own, but one that nothing can stand behind: to mask its output could tear an escape
 * sequence, so every text is masked before it is written.
 */
public final class LogEncoder extends PatternLayoutEncoder {
    private static final String JSON = "json";

    private final JsonFactory factory = new JsonFactory();
    private boolean json;

    /** {@code json}; anything else is the pattern. */
    public void setFormat(String format) {
        json = JSON.equalsIgnoreCase(format);
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        return json ? object(event).getBytes(UTF_8) : super.encode(event);
    }

    private String object(ILoggingEvent event) {
        StringWriter line = new StringWriter();
        try (JsonGenerator object = factory.createGenerator(line)) {
            object.writeStartObject();
            object.writeStringField("time", event.getInstant().toString());
            object.writeStringField("level", event.getLevel().toString());
            object.writeStringField("logger", event.getLoggerName());
            object.writeStringField("thread", safe(event.getThreadName()));
            object.writeStringField("message", safe(event.getFormattedMessage()));
            IThrowableProxy error = event.getThrowableProxy();
            if (error != null) {
                object.writeStringField("error", safe(error.getClassName() + ": " + error.getMessage()));
            }
            for (Map.Entry<String, String> entry : new TreeMap<>(event.getMDCPropertyMap()).entrySet()) {
                object.writeStringField(safe(entry.getKey()), safe(entry.getValue()));
            }
            object.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a string cannot be full
        }
        return line.append(System.lineSeparator()).toString();
    }

    private String safe(String text) {
        return PlainLine.of(LogText.masked(getContext(), text));
    }
}
