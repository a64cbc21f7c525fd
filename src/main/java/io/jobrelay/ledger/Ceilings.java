package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import io.jobrelay.account.Account;
import io.jobrelay.account.RequestBudget;
import io.jobrelay.job.ReadableDuration;
import io.jobrelay.ledger.CeilingTable.Asked;
import io.jobrelay.ledger.CeilingTable.Granted;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ceilings of the accounts, which hold over all nodes together: over any ten seconds an account makes no more requests
 * than its ceiling says and 5 %, or up to the next whole one. A node takes permits in batches, each in one statement.
 *
 * <p>A ceiling learns: an answer that requests are too many halves it, down to a tenth, for as long as the provider says or
 * for a minute, and then it climbs back. Another node follows with its next look, within a second or two.
 */
public final class Ceilings implements RequestBudget {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.polls");
    private static final Duration HOLD = Duration.ofMinutes(1);

    /** After so long a ceiling that was edited, or has climbed, is noticed by those who wait. */
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final CeilingTable table;
    private final Supplier<Map<String, Account>> accounts;
    private final Clock clock;
    private final Map<String, Permits> permits = new ConcurrentHashMap<>();
    private volatile Map<String, Lowering> lowered;

    /**
     * @param accounts by name, asked anew each time
     * @param clock the ledger's
     */
    public Ceilings(LedgerDatabase database, Supplier<Map<String, Account>> accounts, Clock clock) {
        this.table = new CeilingTable(database);
        this.accounts = accounts;
        this.clock = clock;
        this.lowered = table.lowered();
    }

    /**
     * A ceiling in requests per second.
     *
     * @param configured what the properties say
     * @param effective what is left of it
     */
    public record Ceiling(double configured, double effective) {}

    /**
     * Takes permits for requests that are made at once.
     *
     * @param wanted how many of each account
     * @return how many of each account there are; they are good while {@link #fresh}
     */
    public Map<String, Integer> take(Map<String, Integer> wanted) {
        long now = nanos();
        Map<String, Integer> taken = new HashMap<>();
        SortedMap<String, Asked> asked = new TreeMap<>();
        wanted.forEach((account, count) -> {
            Account known = accounts.get().get(account);
            // A watch of an account that has gone: let it through, and let the poll say so.
            taken.put(account, known == null ? count : 0);
            if (known != null && count > 0) {
                Spacing every = every(known);
                if (permits(account).rest(every, now) == 0) {
                    asked.put(account, new Asked(account, count, every, now));
                }
            }
        });
        if (!asked.isEmpty()) {
            ask(asked.values(), now).forEach((account, granted) -> taken.put(account, granted.permits()));
        }
        return taken;
    }

    /** True if a permit of a claim made then may still be used: one that waited must not come on top of those after it. */
    public boolean fresh(Instant claimed) {
        return clock.instant().isBefore(claimed.plus(Spacing.CLAIMED));
    }

    @Override
    public void takeOne(String account) throws InterruptedException {
        Permits held = permits(account);
        held.waiting().incrementAndGet();
        try {
            // While one asks the ledger, the others wait for what it brings.
            synchronized (held) {
                for (long wait = draw(account, held); wait > 0; wait = draw(account, held)) {
                    TimeUnit.NANOSECONDS.timedWait(held, Math.min(wait, LONGEST_WAIT_NANOS));
                }
            }
        } finally {
            held.waiting().decrementAndGet();
        }
    }

    /** Takes one, and asks the ledger for more where there is none; says how long to wait where that has none either. */
    private long draw(String account, Permits held) {
        long now = nanos();
        Account known = accounts.get().get(account);
        if (known == null || held.draw(now)) {
            return 0;
        }
        Spacing every = every(known);
        long rest = held.rest(every, now);
        if (rest > 0) {
            return rest;
        }
        Asked asked = new Asked(account, held.demand(every, now), every, now);
        held.fill(granted(ask(List.of(asked), now), account).permits(), now);
        return held.draw(now) ? 0 : Math.max(1, held.rest(every, now));
    }

    private Map<String, Granted> ask(Collection<Asked> asked, long now) {
        Map<String, Granted> granted = table.take(asked, now);
        asked.forEach(one -> permits(one.account()).told(one.wanted(), granted(granted, one.account()), one.every()));
        return granted;
    }

    private static Granted granted(Map<String, Granted> granted, String account) {
        return requireNonNull(granted.get(account), "what is asked for is answered");
    }

    /**
     * The provider has found the requests of the account too many.
     *
     * @param retryAfter how long it wants to be left alone, null where it did not say
     */
    public synchronized void throttled(String account, @Nullable Duration retryAfter) {
        Account known = accounts.get().get(account);
        Duration hold = retryAfter == null ? HOLD : retryAfter;
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Lowering before = lowered.getOrDefault(account, Lowering.NONE);
        Lowering after = before.throttled(now, hold);
        if (known == null || after.equals(before)) {
            return;
        }
        if (table.replace(account, before, after) && before.percentAt(now) == Lowering.WHOLE) {
            LOG.warn(
                    "account={} is throttled by its provider: {} requests a second at most in the place of {} for {}, then"
                            + " more again by and by; lower its requests-per-second if this comes again and again",
                    account,
                    rate(known, after, now),
                    known.requestsPerSecond(),
                    ReadableDuration.format(hold));
        }
        lowered = table.lowered(); // where another node was faster, that one's counts
    }

    /** Looks how far ceilings are lowered, by whichever node, and ends what has climbed back. */
    public synchronized void look() {
        Instant now = clock.instant();
        Map<String, Lowering> read = table.lowered();
        read.entrySet()
                .removeIf(entry -> entry.getValue().percentAt(now) == Lowering.WHOLE
                        && restored(entry.getKey(), entry.getValue()));
        lowered = read;
    }

    private boolean restored(String account, Lowering before) {
        if (table.replace(account, before, Lowering.NONE)) {
            LOG.info("account={} has its whole requests-per-second again", account);
        }
        return true;
    }

    /** The ceilings of the accounts that there are, by name. */
    public Map<String, Ceiling> all() {
        Instant now = clock.instant();
        Map<String, Ceiling> all = new TreeMap<>();
        accounts.get()
                .forEach((name, account) -> all.put(
                        name,
                        new Ceiling(
                                account.requestsPerSecond(),
                                rate(account, lowered.getOrDefault(name, Lowering.NONE), now))));
        return all;
    }

    private Spacing every(Account account) {
        return Spacing.of(rate(account, lowered.getOrDefault(account.name(), Lowering.NONE), clock.instant()));
    }

    private static double rate(Account account, Lowering lowering, Instant now) {
        return account.requestsPerSecond() * lowering.percentAt(now) / Lowering.WHOLE;
    }

    private Permits permits(String account) {
        return permits.computeIfAbsent(account, name -> new Permits());
    }

    private long nanos() {
        Instant now = clock.instant();
        return Math.addExact(Math.multiplyExact(now.getEpochSecond(), NANOS_PER_SECOND), now.getNano());
    }
}
