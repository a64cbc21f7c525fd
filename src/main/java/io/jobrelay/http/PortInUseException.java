package io.jobrelay.http;

/** Somebody else listens where the API was to be; says what to do. */
public final class PortInUseException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    PortInUseException(String message, Throwable cause) {
        super(message, cause);
    }
}
