package io.jobrelay.settings;

/** Jobrelay cannot listen where it is to; names each such address with its property, one a line, and what to do. */
public final class PortInUseException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    PortInUseException(String message) {
        super(message);
    }
}
