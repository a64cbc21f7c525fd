package io.jobrelay.camel.watches;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.jobrelay.httpclient.ReplyTooLargeException;
import io.jobrelay.httpclient.RequestCutException;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.provider.ProviderReply;
import io.jobrelay.secrets.Secrets;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.component.direct.DirectConsumerNotAvailableException;

/** Classifies the exceptions that end polls. */
public final class PollFailures {
    private PollFailures() {}

    /**
     * True if Jobrelay itself ended the poll, which is no failure of the provider: it stops, or an edit has removed a route of
     * the poll.
     */
    static boolean cutShort(Exception exception, boolean edited) {
        for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
            boolean routeGone =
                    cause instanceof RejectedExecutionException || cause instanceof DirectConsumerNotAvailableException;
            if (cause instanceof RequestCutException
                    || cause instanceof InterruptedException
                    || (edited && routeGone)) {
                return true;
            }
        }
        return false;
    }

    /** The failure, with every secret masked: an exception may repeat the request, and a reply what it was sent. */
    public static PollFailure of(Exchange exchange, Exception exception, Secrets secrets) {
        return kindOf(exchange, exception).redacted(secrets::mask);
    }

    private static PollFailure kindOf(Exchange exchange, Exception exception) {
        for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (cause instanceof PollFailedException failed) {
                return failed.failure();
            }
            if (cause instanceof InterruptedIOException || cause instanceof InterruptedException) {
                return PollFailure.without(FailureKind.TIMEOUT, String.valueOf(cause.getMessage()));
            }
            if (cause instanceof ReplyTooLargeException) {
                return PollFailure.without(FailureKind.MALFORMED, String.valueOf(cause.getMessage()));
            }
            if (cause instanceof JsonProcessingException broken) {
                return unmapped(exchange, broken.getOriginalMessage());
            }
            if (cause instanceof IOException) {
                return PollFailure.without(FailureKind.UNAVAILABLE, said(cause));
            }
        }
        return unmapped(exchange, exception.toString());
    }

    /** Without a reply, the request could not be made; with one, the reply is at fault. */
    private static PollFailure unmapped(Exchange exchange, String cause) {
        ProviderReply reply = KeepReply.of(exchange);
        return reply == null
                ? PollFailure.without(FailureKind.REJECTED, "the request could not be made: " + cause)
                : PollFailure.malformed("the reply could not be mapped: " + cause, reply);
    }

    /** Exceptions of the network explain themselves in their messages, if they have one. */
    private static String said(Throwable cause) {
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
