package io.jobrelay.account;

import io.jobrelay.job.ReadableDuration;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rate limits of the accounts. Over any ten seconds an account makes at most 5 % more requests than its
 * {@code requests-per-second} says, or up to the next whole one: permits are 3 % further apart, 0.4 s worth of them may have
 * been saved up, and one may be used a moment after it was acquired. An edit counts from the next call on.
 *
 * <p>A limit learns: a reply that requests are too many halves it, down to a tenth, for as long as the provider says or for
 * a minute, and then it climbs back.
 */
public final class RateLimits {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.polls");
    private static final Duration HOLD = Duration.ofMinutes(1);

    /** After so long, who waits notices that the limit was edited, or has climbed. */
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Supplier<Map<String, Account>> accounts;
    private final LongSupplier nanoTime;
    private final Map<String, Limit> limits = new ConcurrentHashMap<>();

    /**
     * @param accounts by name, asked each time
     * @param nanoTime a clock that only runs forward, as {@link System#nanoTime()}
     */
    public RateLimits(Supplier<Map<String, Account>> accounts, LongSupplier nanoTime) {
        this.accounts = accounts;
        this.nanoTime = nanoTime;
    }

    /**
     * A ceiling in requests per second.
     *
     * @param configured what the properties say
     * @param effective what is left of it
     */
    public record Ceiling(double configured, double effective) {}

    /**
     * Acquires a permit for a request that is made at once, if there is one. An account that there is not has any number, so
     * that the poll can say that it has gone.
     *
     * @return 0 if there was one, or in how many nanoseconds there may be
     */
    public long tryTake(String account) {
        Account known = accounts.get().get(account);
        return known == null ? 0 : limit(account).tryTake(known.requestsPerSecond(), nanoTime.getAsLong());
    }

    /** Acquires a permit for a request that is made at once, and waits for it; who came first has it first. */
    public void take(String account) throws InterruptedException {
        if (tryTake(account) == 0) {
            return;
        }
        Lock turn = limit(account).turn;
        turn.lockInterruptibly();
        try {
            for (long wait = tryTake(account); wait > 0; wait = tryTake(account)) {
                TimeUnit.NANOSECONDS.sleep(Math.min(wait, LONGEST_WAIT_NANOS));
            }
        } finally {
            turn.unlock();
        }
    }

    /**
     * The provider has found the requests of the account too many.
     *
     * @param retryAfter how long it wants to be left alone, null where it did not say
     */
    public void throttled(String account, @Nullable Duration retryAfter) {
        Account known = accounts.get().get(account);
        if (known == null) {
            return;
        }
        Duration hold = retryAfter == null ? HOLD : retryAfter;
        Limit limit = limit(account);
        long now = nanoTime.getAsLong();
        if (limit.lower(now, hold)) {
            LOG.warn(
                    "account={} is throttled by its provider: {} requests a second at most in the place of {} for {}, then"
                            + " more again by and by; lower its requests-per-second if this comes again and again",
                    account,
                    limit.rate(known.requestsPerSecond(), now),
                    known.requestsPerSecond(),
                    ReadableDuration.format(hold));
        }
    }

    /** The ceilings of the accounts that there are, by name; the log has those that are whole again since the last call. */
    public Map<String, Ceiling> all() {
        Map<String, Ceiling> all = new TreeMap<>();
        accounts.get().forEach((name, account) -> {
            Limit limit = limit(name);
            long now = nanoTime.getAsLong();
            if (limit.restore(now)) {
                LOG.info("account={} has its whole requests-per-second again", name);
            }
            double configured = account.requestsPerSecond();
            all.put(name, new Ceiling(configured, limit.rate(configured, now)));
        });
        return all;
    }

    private Limit limit(String account) {
        Limit limit = limits.get(account);
        return limit != null ? limit : limits.computeIfAbsent(account, name -> new Limit(nanoTime.getAsLong()));
    }

    /** A generic cell rate algorithm: permits are granted until the next one is due later than what may be saved up. */
    private static final class Limit {
        /** What a quiet account saves up, and one permit at least. */
        private static final long SAVED_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

        private static final double SLOWER = 1.03;
        private static final double NANOS_PER_SECOND = 1e9;

        /** Held by the one who waits for the next permit. */
        private final Lock turn = new ReentrantLock(true);

        private long nextAt;
        private Lowering lowering = Lowering.NONE;

        private Limit(long now) {
            nextAt = now;
        }

        private synchronized long tryTake(double configured, long now) {
            long spacing = (long) Math.ceil(SLOWER * NANOS_PER_SECOND / rate(configured, now));
            long latest = now + Math.max(SAVED_NANOS, spacing);
            if (nextAt - now < 0) {
                nextAt = now;
            } else if (nextAt - latest > 0) { // the limit was lower then
                nextAt = latest;
            }
            long wait = nextAt + spacing - latest;
            if (wait > 0) {
                return wait;
            }
            nextAt += spacing;
            return 0;
        }

        /** What is left of that many requests per second. */
        private synchronized double rate(double configured, long now) {
            return configured * lowering.percentAt(now) / Lowering.WHOLE;
        }

        /** True if it was whole before. */
        private synchronized boolean lower(long now, Duration hold) {
            boolean whole = lowering.percentAt(now) == Lowering.WHOLE;
            lowering = lowering.throttled(now, hold);
            return whole;
        }

        /** True if it has become whole since the last call. */
        private synchronized boolean restore(long now) {
            boolean restored = lowering.percent() < Lowering.WHOLE && lowering.percentAt(now) == Lowering.WHOLE;
            if (restored) {
                lowering = Lowering.NONE;
            }
            return restored;
        }
    }
}
