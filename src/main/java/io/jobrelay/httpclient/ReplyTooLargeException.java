package io.jobrelay.httpclient;

import java.io.IOException;

/** A reply, decompressed, is larger than its reader accepts; the connection was cut, the rest was not read. */
public final class ReplyTooLargeException extends IOException {
    private static final long serialVersionUID = 1L;

    ReplyTooLargeException(String host, int limitBytes) {
        super(host + ": the reply is larger than the limit of " + limitBytes + " bytes, the connection was cut");
    }
}
