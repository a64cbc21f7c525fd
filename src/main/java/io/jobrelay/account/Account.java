package io.jobrelay.account;

import static java.util.Objects.requireNonNull;

import io.jobrelay.signing.Credentials;
import java.net.URI;
import java.time.ZoneId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint and who asks there.
 *
 * @param endpoint scheme, host and, where not the default, port; no path, no user
 * @param credentials keys, for the schemes that sign; null where the account has none
 * @param login for {@code keystone-token}; null where the account has none
 * @param requestsPerSecond ceiling of requests to this account, above 0
 * @param timeZone zone of the provider's zone-less times; null means the provider's own
 * @param askTogether true if watches that one list call can answer are asked together
 */
public record Account(
        String name,
        URI endpoint,
        Signing signing,
        @Nullable Credentials credentials,
        @Nullable KeystoneLogin login,
        double requestsPerSecond,
        @Nullable ZoneId timeZone,
        boolean askTogether) {
    public Account {
        requireNonNull(name, "name is null");
        requireNonNull(endpoint, "endpoint is null");
        requireNonNull(signing, "signing is null");
        if (!(requestsPerSecond > 0)) {
            throw new IllegalArgumentException("requestsPerSecond: must be above 0, was " + requestsPerSecond);
        }
    }

    /** What keeps this account from asking, for people, or empty if it can. */
    public Optional<String> missing() {
        String prefix = "jobrelay.account." + name;
        return switch (signing.proof()) {
            case KEYS ->
                credentials != null
                        ? Optional.empty()
                        : Optional.of("%s.access-key and %s.secret-key: required by signing=%s, are not set"
                                .formatted(prefix, prefix, signing.scheme()));
            case LOGIN ->
                login != null
                        ? Optional.empty()
                        : Optional.of(
                                "%s.auth-url, .user, .password, .domain and .project: required by signing=%s, are not all set"
                                        .formatted(prefix, signing.scheme()));
            case NOTHING -> Optional.empty();
        };
    }
}
