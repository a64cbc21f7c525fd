package io.jobrelay.settings;

import io.jobrelay.httpclient.AddressRange;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads {@code jobrelay.http.*}. */
record HttpReader(PropertyReader properties) {
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]+");
    /** What may stand behind {@code Bearer}, RFC 6750. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    HttpSettings read() {
        boolean enabled = properties.flag("jobrelay.http.enabled");
        String host = properties.text(
                "jobrelay.http.host",
                "a name or an address, such as 127.0.0.1 or 0.0.0.0",
                text -> HOST.matcher(text).matches());
        int port = properties.wholeNumber("jobrelay.http.port", 0, 65_535);
        String token = token();
        if (enabled && token == null && !HttpSettings.isLoopback(host)) {
            properties.required("jobrelay.http.token", " beyond this machine, jobrelay.http.host being " + host);
        }
        return new HttpSettings(enabled, host, port, token, trustedProxies());
    }

    private List<AddressRange> trustedProxies() {
        return properties
                .read(
                        "jobrelay.http.trusted-proxies",
                        "addresses and ranges separated by commas, such as 10.0.0.5, 10.1.0.0/16 or fd00::/8",
                        text -> Stream.of(text.split("\\s*,\\s*"))
                                .map(AddressRange::parse)
                                .toList(),
                        proxies -> true)
                .orElse(List.of());
    }

    private @Nullable String token() {
        return properties
                .secret(
                        "jobrelay.http.token",
                        "at least %d of the characters A-Z a-z 0-9 . _ ~ + / -".formatted(HttpSettings.SHORTEST_TOKEN),
                        token -> token.length() >= HttpSettings.SHORTEST_TOKEN
                                && TOKEN.matcher(token).matches(),
                        "make one with 'openssl rand -hex 32'")
                .orElse(null);
    }
}
