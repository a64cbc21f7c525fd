package io.jobrelay.account;

import static java.util.Objects.requireNonNull;

import java.net.URI;

/**
 * What a Keystone v3 token is asked with: a user of a domain (the account's name at Huawei Cloud and Open Telekom Cloud)
 * and the project that the token is for.
 *
 * @param authUrl the identity service up to and including {@code /v3}
 */
public record KeystoneLogin(URI authUrl, String user, String password, String domain, String project) {
    public KeystoneLogin {
        requireNonNull(authUrl, "authUrl is null");
        requireNonNull(user, "user is null");
        requireNonNull(password, "password is null");
        requireNonNull(domain, "domain is null");
        requireNonNull(project, "project is null");
    }

    /** Never shows the password. */
    @Override
    public String toString() {
        return "KeystoneLogin[" + user + " of " + domain + ", project " + project + ", " + authUrl + "]";
    }
}
