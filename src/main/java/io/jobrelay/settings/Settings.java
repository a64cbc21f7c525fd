package io.jobrelay.settings;

import io.jobrelay.account.Account;
import io.jobrelay.delivery.CircuitBreaker;
import io.jobrelay.delivery.DeliverySchedule;
import io.jobrelay.httpclient.AddressRange;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Everything that Jobrelay's own properties say, valid.
 *
 * @param instance this installation's name in the source of its events
 * @param node this process's name among those that share the ledger
 * @param watches globs of watch files
 * @param retention how long settled deliveries are kept
 * @param jobRetention how long watches are kept after they ended or were removed, and their jobs; zero for ever
 * @param lookEvery how long between two looks at the files that can be edited
 * @param accounts by name
 * @param destinations by name
 */
public record Settings(
        String instance,
        String node,
        List<String> watches,
        LedgerSettings ledger,
        PollSettings poll,
        DeliverySettings delivery,
        HttpSettings http,
        Duration retention,
        Duration jobRetention,
        Duration lookEvery,
        Map<String, Account> accounts,
        Map<String, Destination> destinations) {
    public Settings {
        watches = List.copyOf(watches);
        accounts = Map.copyOf(accounts);
        destinations = Map.copyOf(destinations);
    }

    /**
     * Where the ledger is.
     *
     * @param url {@code jdbc:sqlite:<file>}, or {@code jdbc:postgresql://<host>[:<port>]/<database>} with parameters of the
     *     driver behind it, if any
     * @param user the role on a PostgreSQL server; null for the driver's default
     * @param password its password, a secret; null where the server asks for none
     */
    public record LedgerSettings(
            String url, @Nullable String user, @Nullable String password) {
        /** A ledger without user and password. */
        public LedgerSettings(String url) {
            this(url, null, null);
        }

        @Override
        public String toString() {
            return "LedgerSettings[url=" + url + ", user=" + user + "]";
        }
    }

    /**
     * Where the HTTP API is, and who may use it.
     *
     * @param host the address or name that it binds to
     * @param port 0 for any that is free
     * @param token what every request must bring; null only if the API listens on the loopback interface
     * @param trustedProxies those whose {@code X-Forwarded-For} is believed
     */
    public record HttpSettings(
            boolean enabled,
            String host,
            int port,
            @Nullable String token,
            List<AddressRange> trustedProxies) {
        private static final Pattern LOOPBACK = Pattern.compile("(?i)localhost|127(\\.\\d{1,3}){3}|\\[?::1]?");

        public HttpSettings {
            trustedProxies = List.copyOf(trustedProxies);
        }

        /** True for the names and addresses that no machine but this one answers to. */
        public static boolean isLoopback(String host) {
            return LOOPBACK.matcher(host).matches();
        }

        /** Where the API listens. */
        public ListenAddress listenAddress() {
            return new ListenAddress(Keys.HTTP_PORT.name(), host, port);
        }

        @Override
        public String toString() {
            return "HttpSettings[enabled=%s, host=%s, port=%d, token=%s, trustedProxies=%s]"
                    .formatted(enabled, host, port, token == null ? "none" : "***", trustedProxies);
        }
    }

    /**
     * How polls are made.
     *
     * @param concurrency polls in flight, at least 1
     * @param timeout of one request, connect and reply included
     * @param replyLimit largest reply that is read, in bytes
     */
    public record PollSettings(int concurrency, Duration timeout, int replyLimit) {}

    /**
     * How deliveries are made.
     *
     * @param schedule the waits before each attempt, and how far each is moved at random
     * @param timeout of one attempt, connect and reply included
     * @param circuit how a destination that fails is spared
     */
    public record DeliverySettings(DeliverySchedule schedule, Duration timeout, CircuitBreaker circuit) {}
}
