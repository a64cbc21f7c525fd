package io.jobrelay.camel;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.provider.UnreadableReply;
import io.jobrelay.trust.Secrets;
import io.jobrelay.wire.ReplyTooLargeException;
import java.io.IOException;
import java.io.InterruptedIOException;
import org.apache.camel.Exchange;

/** What an exception that ended a poll says about the poll. */
final class PollFailures {
    private PollFailures() {}

    /** The failure, with every secret masked: an exception may repeat the request, and a reply what it was sent. */
    static PollFailure of(Exchange exchange, Exception exception) {
        Secrets secrets = requireNonNull(
                exchange.getContext().getRegistry().lookupByNameAndType(ProviderBeans.SECRETS, Secrets.class));
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

    /** Before a reply was there it was the request that could not be made; afterwards it is the reply. */
    private static PollFailure unmapped(Exchange exchange, String cause) {
        UnreadableReply reply = exchange.getProperty(ReadReply.REPLY, UnreadableReply.class);
        return reply == null
                ? PollFailure.without(FailureKind.REJECTED, "the request could not be made: " + cause)
                : PollFailure.malformed("the reply could not be mapped: " + cause, reply);
    }

    /** The network's exceptions say it in their messages, if they have one. */
    private static String said(Throwable cause) {
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
