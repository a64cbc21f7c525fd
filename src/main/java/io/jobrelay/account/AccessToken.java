package io.jobrelay.account;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/** A token that a service issued, and the time at which it ends. */
public record AccessToken(String value, Instant expiresAt) {
    public AccessToken {
        requireNonNull(value, "value is null");
        requireNonNull(expiresAt, "expiresAt is null");
    }

    /** Never shows the token. */
    @Override
    public String toString() {
        return "AccessToken[expires at " + expiresAt + "]";
    }
}
