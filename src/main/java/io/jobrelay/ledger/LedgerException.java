package io.jobrelay.ledger;

/** The ledger cannot be opened, or something could not be read from or committed to it; says what to do. */
public class LedgerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean refused;

    public LedgerException(String message) {
        super(message);
        this.refused = false;
    }

    public LedgerException(String message, Throwable cause) {
        this(message, cause, false);
    }

    LedgerException(String message, Throwable cause, boolean refused) {
        super(message, cause);
        this.refused = refused;
    }

    /** True if the ledger is well and cannot hold what was to be written, however often that is tried. */
    public boolean refused() {
        return refused;
    }
}
