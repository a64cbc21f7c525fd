package io.jobrelay.account;

import java.util.Arrays;
import java.util.Optional;

/** How an account proves who asks: the values of {@code jobrelay.account.<name>.signing}. */
public enum Signing {
    /** Alibaba Cloud signature version 3. */
    ACS3_HMAC_SHA256("acs3-hmac-sha256", Proof.KEYS),
    /** Huawei Cloud and Open Telekom Cloud, header form {@code Access=}. */
    SDK_HMAC_SHA256("sdk-hmac-sha256", Proof.KEYS),
    /** Open Telekom Cloud, header form {@code Credential=}, with a scope. */
    SDK_HMAC_SHA256_SCOPED("sdk-hmac-sha256-scoped", Proof.KEYS),
    /** Baidu AI Cloud. */
    BCE_AUTH_V1("bce-auth-v1", Proof.KEYS),
    /** A Keystone v3 token, obtained by password. */
    KEYSTONE_TOKEN("keystone-token", Proof.LOGIN),
    /** Nothing is added. */
    NONE("none", Proof.NOTHING);

    /** What an account must hold for its scheme. */
    public enum Proof {
        KEYS,
        LOGIN,
        NOTHING
    }

    private final String scheme;
    private final Proof proof;

    Signing(String scheme, Proof proof) {
        this.scheme = scheme;
        this.proof = proof;
    }

    /** The name in properties and routes. */
    public String scheme() {
        return scheme;
    }

    public Proof proof() {
        return proof;
    }

    public static Optional<Signing> of(String scheme) {
        return Arrays.stream(values())
                .filter(signing -> signing.scheme.equals(scheme))
                .findFirst();
    }
}
