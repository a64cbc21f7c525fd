package io.jobrelay.httpclient;

import java.io.IOException;

/** We have cut the exchange ourselves, or not begun it: what sends requests is being stopped. Says nothing about the receiver. */
public final class RequestCutException extends IOException {
    private static final long serialVersionUID = 1L;

    RequestCutException(String host) {
        super(host + ": the request was cut, since Jobrelay stops or has another client now");
    }
}
