package io.jobrelay.settings;

import static java.util.Map.entry;

import io.jobrelay.account.Account;
import io.jobrelay.account.Signing;
import java.net.URI;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

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
        Optional<URI> endpoint = address(prefix + "endpoint", allowHttp);
        endpoint.ifPresent(uri -> requireNoPath(prefix + "endpoint", uri));
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
        Map<String, String> proof = proof(prefix, allowHttp);
        Optional<ZoneId> timeZone = properties.zone(prefix + "time-zone");
        boolean askTogether = properties.flag(prefix + "ask-together");
        return endpoint.flatMap(uri -> signing.map(
                scheme -> new Account(name, uri, scheme, proof, ceiling, timeZone.orElse(null), askTogether)));
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

    private Map<String, String> proof(String prefix, boolean allowHttp) {
        Map<String, String> proof = new HashMap<>();
        for (String key : List.of("access-key", "secret-key", "security-token")) {
            properties
                    .secret(
                            prefix + key,
                            "without white space",
                            text -> text.chars().noneMatch(Character::isWhitespace),
                            "check how it was pasted")
                    .ifPresent(value -> proof.put(key, value));
        }
        requireOther(prefix, "access-key", "secret-key");
        requireOther(prefix, "secret-key", "access-key");
        address(prefix + "auth-url", allowHttp).ifPresent(url -> proof.put("auth-url", url.toString()));
        for (String key : List.of("user", "password", "domain", "project")) {
            properties.text(prefix + key).ifPresent(value -> proof.put(key, value));
        }
        return proof;
    }

    private void requireOther(String prefix, String one, String other) {
        if (properties.text(prefix + one).isPresent()
                && properties.text(prefix + other).isEmpty()) {
            properties.problem(prefix + other, "required where the other key of the pair is given, is not set");
        }
    }

    /** An address; plain http only where it stays on this machine or is allowed. */
    private Optional<URI> address(String key, boolean allowHttp) {
        Optional<URI> address = properties.address(key, false).map(AccountReader::withoutLastSlash);
        address.filter(uri -> !"https".equalsIgnoreCase(uri.getScheme()))
                .filter(uri -> !allowHttp && !HttpSettings.isLoopback(uri.getHost()))
                .ifPresent(uri -> properties.problem(
                        key,
                        "must be https, was '%s'; allow-http=true allows http beyond this machine".formatted(uri)));
        return address;
    }

    private static URI withoutLastSlash(URI address) {
        String text = address.toString();
        return text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : address;
    }

    private void requireNoPath(String key, URI endpoint) {
        if (!endpoint.getRawPath().isEmpty()) {
            properties.problem(key, "must end after the host, the route adds the path, was '%s'".formatted(endpoint));
        }
    }
}
