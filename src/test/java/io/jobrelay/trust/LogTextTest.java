package io.jobrelay.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lines of the log, as the settings that Jobrelay comes with write them. */
class LogTextTest {
    private final LoggerContext log = new LoggerContext();
    private final Secrets secrets = new Secrets();
    private Encoder<ILoggingEvent> encoder;

    @BeforeEach
    void configure() throws Exception {
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(log);
        configurator.doConfigure(Path.of("src/main/resources/logback.xml").toFile());
        log.putObject("secrets", secrets);
        encoder = ((ConsoleAppender<ILoggingEvent>)
                        log.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("stderr"))
                .getEncoder();
    }

    private String line(String message, Exception exception) {
        Logger logger = log.getLogger("io.jobrelay.polls");
        return new String(
                encoder.encode(new LoggingEvent("x", logger, Level.WARN, message, exception, new Object[0])), UTF_8);
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
