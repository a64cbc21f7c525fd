package io.jobrelay.watch;

/** What somebody gave as a watch is none, or stands elsewhere; it is the same however often it is given. */
public final class WatchRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message why, in one line, without secrets
     */
    public WatchRefusedException(String message) {
        super(message, null, false, false);
    }
}
