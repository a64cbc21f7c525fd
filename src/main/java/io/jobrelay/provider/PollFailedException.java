package io.jobrelay.provider;

/** Ends a poll; carries why. An expected event, so it has no stack trace. */
public final class PollFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient PollFailure failure;

    public PollFailedException(PollFailure failure) {
        super(failure.kind() + ": " + failure.message(), null, false, false);
        this.failure = failure;
    }

    public PollFailure failure() {
        return failure;
    }
}
