package io.jobrelay.settings;

import static java.util.Map.entry;

import io.jobrelay.account.Account;
import io.jobrelay.account.KeystoneLogin;
import io.jobrelay.account.Signing;
import io.jobrelay.signing.Credentials;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads one account from {@code jobrelay.account.<name>.*}. */
record AccountReader(PropertyReader properties) {
    /** What may follow {@code jobrelay.account.<name>.}, each with its default; empty where it has none. */
    static final Map<String, String> DEFAULTS = Map.ofEntries(
            entry("endpoint", ""),
            entry("signing", ""),
            entry("access-key", ""),
            entry("secret-key", ""),
            entry("security-token", ""),
            entry("auth-url", ""),
            entry("user", ""),
            entry("password", ""),
            entry("domain", ""),
            entry("project", ""),
            entry("requests-per-second", "10"),
            entry("time-zone", ""),
            entry("ask-together", "false"),
            entry("allow-http", "false"));

    private static final double SLOWEST = 0.001;
    private static final double FASTEST = 1_000_000;

    /** The account, or empty with the problems noted. */
    Optional<Account> read(String name) {
        String prefix = "jobrelay.account." + name + ".";
        boolean allowHttp = properties.flag(prefix + "allow-http");
        Optional<URI> endpoint =
                address(prefix + "endpoint", allowHttp).filter(uri -> hasNoPath(prefix + "endpoint", uri));
        properties.required(
                prefix + "endpoint",
                ", the base URL of the provider, such as https://res.cn-north-4.myhuaweicloud.com");
        Optional<Signing> signing =
                properties.text(prefix + "signing").flatMap(scheme -> signing(prefix + "signing", scheme));
        properties.required(prefix + "signing", ", " + schemes());
        double ceiling = properties.number(
                prefix + "requests-per-second",
                "a number from 0.001 to 1000000",
                number -> number >= SLOWEST && number <= FASTEST);
        Optional<Credentials> credentials = credentials(prefix);
        Optional<KeystoneLogin> login = login(prefix, allowHttp);
        boolean askTogether = properties.flag(prefix + "ask-together");
        return endpoint.flatMap(uri -> signing.map(scheme -> new Account(
                name,
                uri,
                scheme,
                credentials.orElse(null),
                login.orElse(null),
                ceiling,
                properties.zone(prefix + "time-zone").orElse(null),
                askTogether)));
    }

    private Optional<Signing> signing(String key, String scheme) {
        Optional<Signing> signing = Signing.of(scheme);
        if (signing.isEmpty()) {
            properties.problem(key, "must be %s, was '%s'".formatted(schemes(), scheme));
        }
        return signing;
    }

    private static String schemes() {
        return "one of "
                + String.join(
                        ", ", Stream.of(Signing.values()).map(Signing::scheme).toList());
    }

    private Optional<Credentials> credentials(String prefix) {
        Optional<String> accessKey = properties.text(prefix + "access-key");
        Optional<String> secretKey = properties.text(prefix + "secret-key");
        if (accessKey.isPresent() != secretKey.isPresent()) {
            properties.problem(
                    prefix + (accessKey.isPresent() ? "secret-key" : "access-key"),
                    "required where the other key of the pair is given, is not set");
        }
        return accessKey.flatMap(access -> secretKey.flatMap(secret -> credentials(
                prefix,
                access,
                secret,
                properties.text(prefix + "security-token").orElse(null))));
    }

    private Optional<Credentials> credentials(
            String prefix, String accessKey, String secretKey, @Nullable String securityToken) {
        try {
            return Optional.of(new Credentials(accessKey, secretKey, securityToken));
        } catch (IllegalArgumentException e) {
            properties.problem(prefix + "access-key", String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private Optional<KeystoneLogin> login(String prefix, boolean allowHttp) {
        Optional<URI> authUrl = address(prefix + "auth-url", allowHttp);
        Optional<String> user = properties.text(prefix + "user");
        Optional<String> password = properties.text(prefix + "password");
        Optional<String> domain = properties.text(prefix + "domain");
        Optional<String> project = properties.text(prefix + "project");
        if (authUrl.isEmpty() || user.isEmpty() || password.isEmpty() || domain.isEmpty() || project.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new KeystoneLogin(authUrl.get(), user.get(), password.get(), domain.get(), project.get()));
    }

    /** An address; plain http only where it stays on this machine or is allowed. */
    private Optional<URI> address(String key, boolean allowHttp) {
        Optional<URI> address = properties.address(key, false).map(AccountReader::withoutLastSlash);
        return address.filter(uri -> {
            boolean allowed =
                    "https".equalsIgnoreCase(uri.getScheme()) || allowHttp || HttpSettings.isLoopback(uri.getHost());
            if (!allowed) {
                properties.problem(
                        key, "must be https, was '%s'; allow-http=true allows http beyond this machine".formatted(uri));
            }
            return allowed;
        });
    }

    private static URI withoutLastSlash(URI address) {
        String text = address.toString();
        return text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : address;
    }

    private boolean hasNoPath(String key, URI endpoint) {
        boolean none = endpoint.getRawPath().isEmpty();
        if (!none) {
            properties.problem(key, "must end after the host, the route adds the path, was '%s'".formatted(endpoint));
        }
        return none;
    }
}
