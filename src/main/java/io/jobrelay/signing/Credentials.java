package io.jobrelay.signing;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * The key pair that signs for an account and, for temporary credentials, the security token that goes with it.
 *
 * <p>No part is empty or contains white space: a key pasted with a line break signs wrongly, and some gateways lock a
 * key after five wrong signatures. {@link #toString} shows none of them.
 *
 * @param securityToken null for permanent credentials
 */
public record Credentials(
        String accessKey, String secretKey, @Nullable String securityToken) {

    public Credentials {
        requireVisible("accessKey", requireNonNull(accessKey, "accessKey is null"));
        requireVisible("secretKey", requireNonNull(secretKey, "secretKey is null"));
        if (securityToken != null) {
            requireVisible("securityToken", securityToken);
        }
    }

    @Override
    public String toString() {
        return "Credentials[accessKey=***, secretKey=***, securityToken=%s]"
                .formatted(securityToken == null ? "none" : "***");
    }

    private static void requireVisible(String name, String value) {
        if (value.isEmpty() || value.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException(name + ": not empty and without white space; check how it was pasted");
        }
    }
}
