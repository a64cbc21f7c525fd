package io.jobrelay.account;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How an account proves who asks: the values of {@code jobrelay.account.<name>.signing}, and what each needs. */
public enum Signing {
    /** Alibaba Cloud signature version 3. */
    ACS3_HMAC_SHA256("acs3-hmac-sha256", "access-key", "secret-key"),
    /** Huawei Cloud and Open Telekom Cloud, header form {@code Access=}. */
    SDK_HMAC_SHA256("sdk-hmac-sha256", "access-key", "secret-key"),
    /** Open Telekom Cloud, header form {@code Credential=}, with a scope. */
    SDK_HMAC_SHA256_SCOPED("sdk-hmac-sha256-scoped", "access-key", "secret-key"),
    /** Baidu AI Cloud. */
    BCE_AUTH_V1("bce-auth-v1", "access-key", "secret-key"),
    /** Amazon Web Services, Signature Version 4; the service is the API's. */
    AWS_SIGV4("aws-sigv4", "access-key", "secret-key", "region"),
    /** A Keystone v3 token, obtained by password. */
    KEYSTONE_TOKEN("keystone-token", "auth-url", "user", "password", "domain", "project"),
    /** An OAuth 2.0 access token, obtained by a client's own credentials: RFC 6749, section 4.4. */
    OAUTH2_CLIENT_CREDENTIALS("oauth2-client-credentials", "client-id", "client-secret", "token-url"),
    /** A token that a name and a password are given for, as JSON: Apache Airflow 3. */
    PASSWORD_TOKEN("password-token", "user", "password", "token-url"),
    /** A token of a Google service account, obtained by a signed assertion (RFC 7523), or signed by the account itself. */
    GOOGLE_SERVICE_ACCOUNT("google-service-account", "key-file"),
    /** A token that does not change, or that a file holds: RFC 6750. */
    BEARER("bearer", "token or token-file"),
    /** Headers that prove it by their values. */
    HEADERS("headers", "header.<header>"),
    /** Nothing is added. */
    NONE("none");

    /** Between properties of which a scheme needs one. */
    public static final String OR = " or ";

    private final String scheme;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> needs;

    Signing(String scheme, String... needs) {
        this.scheme = scheme;
        this.needs = List.of(needs);
    }

    /** The name in properties and routes. */
    public String scheme() {
        return scheme;
    }

    /** The properties that an account must have for it, by the last parts of their names; with "or" it needs one of them. */
    public List<String> needs() {
        return needs;
    }

    /** True if it asks an identity service for a token, which it then sends. */
    public boolean obtainsToken() {
        return switch (this) {
            case KEYSTONE_TOKEN, OAUTH2_CLIENT_CREDENTIALS, PASSWORD_TOKEN, GOOGLE_SERVICE_ACCOUNT -> true;
            case ACS3_HMAC_SHA256,
                    SDK_HMAC_SHA256,
                    SDK_HMAC_SHA256_SCOPED,
                    BCE_AUTH_V1,
                    AWS_SIGV4,
                    BEARER,
                    HEADERS,
                    NONE -> false;
        };
    }

    public static Optional<Signing> of(String scheme) {
        return Arrays.stream(values())
                .filter(signing -> signing.scheme.equals(scheme))
                .findFirst();
    }
}
