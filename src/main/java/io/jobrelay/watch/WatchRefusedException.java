package io.jobrelay.watch;

/** A watch is refused: it is invalid, or a file names it already. Sending it again does not help. */
public final class WatchRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message why, in one line, without secrets
     */
    public WatchRefusedException(String message) {
        super(message, null, false, false);
    }
}
