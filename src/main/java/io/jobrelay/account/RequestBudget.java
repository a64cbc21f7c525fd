package io.jobrelay.account;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * How many requests each account may still make: refilled at the account's ceiling, and never holding more than one
 * second's worth, so that a quiet account cannot save up for a burst.
 */
public final class RequestBudget {
    private static final double NANOS_PER_SECOND = 1_000_000_000;

    private final Map<String, Account> accounts;
    private final LongSupplier nanoTime;
    private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

    /**
     * @param nanoTime a clock that only runs forward, as {@link System#nanoTime()}
     */
    public RequestBudget(Map<String, Account> accounts, LongSupplier nanoTime) {
        this.accounts = Map.copyOf(accounts);
        this.nanoTime = nanoTime;
    }

    /** Takes at most so many requests of the account, and says how many. */
    public int take(String account, int most) {
        return bucket(account).take(most);
    }

    /** Takes one request of the account, and waits for it if it must. */
    public void takeOne(String account) throws InterruptedException {
        Bucket bucket = bucket(account);
        while (bucket.take(1) == 0) {
            Thread.sleep(bucket.millisPerRequest());
        }
    }

    private Bucket bucket(String account) {
        return buckets.computeIfAbsent(account, name -> {
            Account known = accounts.get(name);
            // A watch of an account that has gone: let it through, and let the poll say so.
            return new Bucket(known == null ? 1 : known.requestsPerSecond());
        });
    }

    private final class Bucket {
        private final double perSecond;
        private final double capacity;
        private double requests;
        private long refilledAt;

        private Bucket(double perSecond) {
            this.perSecond = perSecond;
            this.capacity = Math.max(1, perSecond);
            this.requests = 1;
            this.refilledAt = nanoTime.getAsLong();
        }

        private synchronized int take(int most) {
            long now = nanoTime.getAsLong();
            requests = Math.min(capacity, requests + (now - refilledAt) / NANOS_PER_SECOND * perSecond);
            refilledAt = now;
            int taken = Math.min(most, (int) requests);
            requests -= taken;
            return taken;
        }

        private long millisPerRequest() {
            return Math.max(1, Math.round(1_000 / perSecond / 2));
        }
    }
}
