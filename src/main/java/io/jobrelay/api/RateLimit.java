package io.jobrelay.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How much one client may ask: so many requests a second, and so many at once. A client is an address, with the token or
 * without. What is remembered is bounded; a client that is forgotten starts with a full allowance.
 */
final class RateLimit {
    static final int PER_SECOND = 50;
    static final int AT_ONCE = 200;

    private static final int MOST_CLIENTS = 4_096;
    private static final double NANOS = 1e9;

    private final LongSupplier nanoTime;
    private final Map<Client, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Client, Bucket> eldest) {
            return size() > MOST_CLIENTS;
        }
    };

    RateLimit(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    private record Client(String network, boolean signedIn) {}

    private static final class Bucket {
        private double tokens = AT_ONCE;
        private long filledAt;
    }

    /** Seconds to wait, 0 for a request that may pass. */
    synchronized int take(String address, boolean signedIn) {
        long now = nanoTime.getAsLong();
        Bucket bucket = buckets.computeIfAbsent(new Client(network(address), signedIn), key -> {
            Bucket full = new Bucket();
            full.filledAt = now;
            return full;
        });
        bucket.tokens = Math.min(AT_ONCE, bucket.tokens + (now - bucket.filledAt) / NANOS * PER_SECOND);
        bucket.filledAt = now;
        if (bucket.tokens < 1) {
            return (int) Math.ceil((1 - bucket.tokens) / PER_SECOND);
        }
        bucket.tokens--;
        return 0;
    }

    /** Whoever has one IPv6 address has the 2^64 that begin alike. */
    private static String network(String address) {
        List<String> parts = List.of(address.split(":", -1));
        return parts.size() < 8 ? address : String.join(":", parts.subList(0, 4));
    }
}
