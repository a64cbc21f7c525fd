package io.jobrelay.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How many requests a client may send: so many a second, and so many at once. A client is an address, with the token or
 * without. Only the latest clients are remembered; one that was forgotten starts with a full allowance.
 */
final class RateLimit {
    static final int PER_SECOND = 50;
    static final int AT_ONCE = 200;

    private static final int MOST_CLIENTS = 4_096;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long SPACING = NANOS_PER_SECOND / PER_SECOND;

    private final LongSupplier nanoTime;
    /** By client, when its next request would be due if it kept to the rate. */
    private final Map<Client, Long> due = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Client, Long> eldest) {
            return size() > MOST_CLIENTS;
        }
    };

    RateLimit(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    private record Client(String network, boolean authenticated) {}

    /** Acquires a permit and returns 0, or the seconds to wait for one. */
    synchronized int acquire(String address, boolean authenticated) {
        Client client = new Client(network(address), authenticated);
        long now = nanoTime.getAsLong();
        long ahead = Math.max(0, due.getOrDefault(client, now) - now);
        long wait = ahead - (AT_ONCE - 1) * SPACING;
        if (wait > 0) {
            return (int) Math.ceil((double) wait / NANOS_PER_SECOND);
        }
        due.put(client, now + ahead + SPACING);
        return 0;
    }

    /** The owner of an IPv6 address usually has the whole /64. */
    private static String network(String address) {
        List<String> parts = List.of(address.split(":", -1));
        return parts.size() < 8 ? address : String.join(":", parts.subList(0, 4));
    }
}
