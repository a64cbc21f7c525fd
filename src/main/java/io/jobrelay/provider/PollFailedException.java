package io.jobrelay.provider;

import org.jspecify.annotations.Nullable;

/** Ends a poll; carries why. An expected event, so it has no stack trace. */
public final class PollFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient PollFailure failure;

    public PollFailedException(PollFailure failure) {
        this(failure, null);
    }

    public PollFailedException(PollFailure failure, @Nullable Throwable cause) {
        super(failure.kind() + ": " + failure.message(), cause, false, false);
        this.failure = failure;
    }

    public PollFailure failure() {
        return failure;
    }
}
