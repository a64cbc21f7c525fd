package io.jobrelay.ledger;

/** The ledger cannot be opened, or something could not be read from or committed to it; says what to do. */
public final class LedgerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LedgerException(String message) {
        super(message);
    }

    public LedgerException(String message, Throwable cause) {
        super(message, cause);
    }
}
