package io.jobrelay.provider;

/** Why a poll brought no records. A failed poll says nothing about the job: its record stays as it was. */
public enum FailureKind {
    /** Key, signature, token or clock is wrong. */
    UNAUTHENTICATED,
    /** Known, but not allowed. */
    FORBIDDEN,
    /** The provider knows no such job. */
    NOT_FOUND,
    /** Too many requests. */
    THROTTLED,
    /** The provider found the request wrong. */
    REJECTED,
    /** The provider is down, overloaded or cannot be reached. */
    UNAVAILABLE,
    /** No whole answer in time. */
    TIMEOUT,
    /** An answer that is not what the provider documents. */
    MALFORMED;

    private static final int SERVER_ERROR = 500;

    /** What an HTTP status alone says, for a reply that is not a good one. */
    public static FailureKind ofStatus(int status) {
        return switch (status) {
            case 401 -> UNAUTHENTICATED;
            case 403 -> FORBIDDEN;
            case 404 -> NOT_FOUND;
            case 408, 504 -> TIMEOUT;
            case 429 -> THROTTLED;
            default -> status >= SERVER_ERROR ? UNAVAILABLE : REJECTED;
        };
    }
}
