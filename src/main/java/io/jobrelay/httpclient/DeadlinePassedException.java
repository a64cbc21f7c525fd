package io.jobrelay.httpclient;

import java.net.SocketTimeoutException;
import java.time.Duration;

/** The deadline of one HTTP exchange passed before its reply was read to the end; the connection has been cut. */
public final class DeadlinePassedException extends SocketTimeoutException {
    private static final long serialVersionUID = 1L;

    DeadlinePassedException(String host, Duration deadline) {
        super(host + ": no complete reply within " + deadline.toMillis() + " ms, the connection was cut");
    }
}
