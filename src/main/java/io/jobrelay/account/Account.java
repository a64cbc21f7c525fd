package io.jobrelay.account;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;

import io.jobrelay.signing.Credentials;
import java.net.URI;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint and who asks there.
 *
 * @param endpoint scheme, host and, where not the default, port; no path, no user
 * @param proof what it has of the properties that schemes {@link Signing#needs() need}, by the last parts of their names
 * @param requestsPerSecond ceiling of requests to this account, above 0
 * @param timeZone zone of the provider's zone-less times; null means the provider's own
 * @param batchedPolls true if watches may share a poll, where their API can answer several
 */
public record Account(
        String name,
        URI endpoint,
        Signing signing,
        Map<String, String> proof,
        double requestsPerSecond,
        @Nullable ZoneId timeZone,
        boolean batchedPolls) {
    private static final String HEADER = "header.";

    public Account {
        requireNonNull(name, "name is null");
        requireNonNull(endpoint, "endpoint is null");
        requireNonNull(signing, "signing is null");
        proof = Map.copyOf(proof);
        if (!(requestsPerSecond > 0)) {
            throw new IllegalArgumentException("requestsPerSecond: must be above 0, was " + requestsPerSecond);
        }
    }

    /** What keeps this account from asking, for people, or empty if it can. */
    public Optional<String> missing() {
        List<String> missing = signing.needs().stream()
                .filter(key -> !has(key))
                .map(this::property)
                .toList();
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of("%s: required by signing=%s, %s not set"
                        .formatted(
                                String.join(", ", missing).replaceFirst(", (?=[^,]*$)", " and "),
                                signing.scheme(),
                                missing.size() == 1 ? "is" : "are"));
    }

    /** True if it has one of the properties of such a need of its scheme. */
    private boolean has(String need) {
        return need.startsWith(HEADER)
                ? !headers().isEmpty()
                : Stream.of(need.split(Signing.OR)).anyMatch(proof::containsKey);
    }

    /** The headers of an account that proves itself by them: the part of their name behind {@code header.}, and the value. */
    public Map<String, String> headers() {
        return proof.keySet().stream()
                .filter(key -> key.startsWith(HEADER))
                .collect(toMap(key -> key.substring(HEADER.length()), proof::get));
    }

    /** The keys of an account that has them. */
    public Credentials credentials() {
        return new Credentials(part("access-key"), part("secret-key"), proof.get("security-token"));
    }

    /** What it has of such a property; empty if it has none. */
    public Optional<String> given(String key) {
        return Optional.ofNullable(proof.get(key));
    }

    private String part(String key) {
        return requireNonNull(proof.get(key), () -> property(key) + " is not set");
    }

    /** The servers that it speaks to. */
    public Stream<URI> servers() {
        return Stream.concat(
                Stream.of(endpoint),
                Stream.of("auth-url", "token-url")
                        .map(proof::get)
                        .filter(Objects::nonNull)
                        .map(URI::create));
    }

    /** The whole name of one of its properties. */
    public String property(String key) {
        return "jobrelay.account." + name + "." + key;
    }

    /** Never shows a secret. */
    @Override
    public String toString() {
        return "Account[%s, %s, %s]".formatted(name, endpoint, signing);
    }
}
