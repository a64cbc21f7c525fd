package io.jobrelay.account;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/** A Keystone token and the time at which its service forgets it. */
public record KeystoneToken(String value, Instant expiresAt) {
    public KeystoneToken {
        requireNonNull(value, "value is null");
        requireNonNull(expiresAt, "expiresAt is null");
    }

    /** Never shows the token. */
    @Override
    public String toString() {
        return "KeystoneToken[expires at " + expiresAt + "]";
    }
}
