package io.jobrelay.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jobrelay.secrets.Secrets;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lines of the log, as the settings that Jobrelay comes with write them. */
class LogTextTest {
    private final LoggerContext log = new LoggerContext();
    private final Secrets secrets = new Secrets();
    private LogEncoder encoder;

    @BeforeEach
    void configure() throws Exception {
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(log);
        configurator.doConfigure(Path.of("src/main/resources/logback.xml").toFile());
        log.putObject("secrets", secrets);
        encoder = (LogEncoder) ((ConsoleAppender<ILoggingEvent>)
                        log.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("stderr"))
                .getEncoder();
    }

    private String line(String message, Exception exception) {
        Logger logger = log.getLogger("io.jobrelay.polls");
        return new String(
                encoder.encode(new LoggingEvent("x", logger, Level.WARN, message, exception, new Object[0])), UTF_8);
    }

    private JsonNode json(LoggingEvent event) throws IOException {
        encoder.setFormat("json");
        String line = new String(encoder.encode(event), UTF_8);
        assertThat(line).matches("\\{[^\\p{Cntrl}\\u2028\\u202e]*}\n");
        return new ObjectMapper().readTree(line);
    }

    private LoggingEvent event(String message, Exception exception) {
        Logger logger = log.getLogger("io.jobrelay.polls");
        return new LoggingEvent("x", logger, Level.WARN, message, exception, new Object[0]);
    }

    @Test
    void an_event_is_one_object_whatever_it_repeats() throws IOException {
        LoggingEvent event =
                event("state=\"A\"\n{\"forged\":1}\u001b[31m\u2028\u202e", new IllegalStateException("two\nlines"));
        event.setMDCPropertyMap(Map.of("job", "a\"\nb", "watch", "w"));
        JsonNode object = json(event);

        assertThat(object.properties())
                .extracting(Map.Entry::getKey)
                .containsExactly("time", "level", "logger", "thread", "message", "error", "job", "watch");
        assertThat(object.path("message").asText()).startsWith("state=\"A\"\\n{\"forged\":1}\\u001b[31m");
        assertThat(object.path("error").asText()).isEqualTo("java.lang.IllegalStateException: two\\nlines");
        assertThat(object.path("job").asText()).isEqualTo("a\"\\nb");
        assertThat(object.path("level").asText()).isEqualTo("WARN");
    }

    /** The letter of an escape sequence is not that of a secret. */
    @Test
    void an_object_shows_no_secret_and_stays_one() throws IOException {
        secrets.add("nabcdef");
        secrets.add("quo\"te\\back");
        LoggingEvent event = event("x\nabcdef nabcdef quo\"te\\back", new IllegalStateException("nabcdef"));
        event.setMDCPropertyMap(Map.of("job", "nabcdef"));
        JsonNode object = json(event);

        assertThat(object.path("message").asText()).isEqualTo("x\\nabcdef *** ***");
        assertThat(object.path("error").asText()).endsWith(": ***");
        assertThat(object.path("job").asText()).isEqualTo("***");
    }

    @Test
    void an_event_is_one_line_whatever_it_repeats() {
        String line = line(
                "state=A\n2026-11-22T00:00:00.000Z ERROR forged\r\u001b[31m\u2028\u202e",
                new IllegalStateException("two\nlines"));

        assertThat(line).matches("\\S+ WARN  polls state=A[^\\p{Cntrl}\\u2028\\u202e]*\n");
        assertThat(line)
                .contains("\\n2026-11-22T00:00:00.000Z ERROR forged\\r\\u001b[31m")
                .contains("two\\nlines");
    }

    @Test
    void an_event_of_a_megabyte_is_cut() {
        assertThat(line("x".repeat(1 << 20), new IllegalStateException("y"))).hasSizeLessThan(9_000);
    }

    @Test
    void an_event_shows_no_secret() {
        secrets.add("hush-hush");

        assertThat(line("key=hush-hush", new IllegalStateException("of hush-hush")))
                .contains("key=*** ")
                .contains("of ***")
                .doesNotContain("hush");
    }
}
