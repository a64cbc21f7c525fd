package io.jobrelay.delivery;

/** What an attempt that failed came to. */
public enum AttemptResult {
    /** Another follows after a wait, and this one counts. */
    RETRIED,
    /** The delivery has used up its attempts and is kept; the next change of the same job goes on. */
    DEAD,
    /** Another follows, and this one does not count. */
    GIVEN_BACK
}
