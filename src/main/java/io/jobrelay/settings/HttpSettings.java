package io.jobrelay.settings;

import static java.util.Objects.requireNonNull;

import io.jobrelay.httpclient.AddressRange;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the HTTP API is, and who may use it.
 *
 * @param host the address or name that it binds to
 * @param port 0 for any that is free
 * @param token what every request must bring; null only where nobody but this machine gets through
 * @param trustedProxies those whose {@code X-Forwarded-For} is believed
 */
public record HttpSettings(
        boolean enabled, String host, int port, @Nullable String token, List<AddressRange> trustedProxies) {
    /** Shorter ones can be guessed. */
    static final int SHORTEST_TOKEN = 16;

    private static final Pattern LOOPBACK = Pattern.compile("(?i)localhost|127(\\.\\d{1,3}){3}|\\[?::1]?");

    public HttpSettings {
        requireNonNull(host, "host is null");
        trustedProxies = List.copyOf(trustedProxies);
    }

    /** True for the names and addresses that no machine but this one answers to. */
    public static boolean isLoopback(String host) {
        return LOOPBACK.matcher(host).matches();
    }

    /** Where the API listens. */
    public ListenAddress listenAddress() {
        return new ListenAddress("jobrelay.http.port", host, port);
    }

    @Override
    public String toString() {
        return "HttpSettings[enabled=%s, host=%s, port=%d, token=%s, trustedProxies=%s]"
                .formatted(enabled, host, port, token == null ? "none" : "***", trustedProxies);
    }
}
