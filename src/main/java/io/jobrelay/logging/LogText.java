package io.jobrelay.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Context;
import ch.qos.logback.core.pattern.CompositeConverter;
import io.jobrelay.secrets.Secrets;
import org.slf4j.LoggerFactory;

/**
 * {@code %line(...)} in the pattern of the log: its text comes out as one line without secrets,
 * its end included.
 */
public final class LogText extends CompositeConverter<ILoggingEvent> {
    private static final String SECRETS = "secrets";

    /** From now on the log masks these. */
    public static void mask(Secrets secrets) {
        if (LoggerFactory.getILoggerFactory() instanceof Context log) {
            log.putObject(SECRETS, secrets);
        }
    }

    @Override
    protected String transform(ILoggingEvent event, String text) {
        return PlainLine.of(masked(getContext(), text).stripTrailing()) + System.lineSeparator();
    }

    /** The text without the secrets that the log masks. */
    static String masked(Context log, String text) {
        return log.getObject(SECRETS) instanceof Secrets secrets ? secrets.mask(text) : text;
    }
}
