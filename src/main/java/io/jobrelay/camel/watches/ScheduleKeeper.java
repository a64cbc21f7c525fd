package io.jobrelay.camel.watches;

import io.jobrelay.camel.watches.AccountWatches.Place;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.ledger.DueWatches;
import io.jobrelay.ledger.Lease;
import io.jobrelay.ledger.LeaseLostException;
import io.jobrelay.ledger.Leases;
import io.jobrelay.ledger.LedgerException;
import io.jobrelay.ledger.Shard;
import io.jobrelay.watch.Watch;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Keeps the schedule up to date for the accounts that this node owns: reads which watches are due soon, again after each edit,
 * and writes behind the polls when watches were answered and are due again.
 */
final class ScheduleKeeper {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.polls");
    private static final Duration AHEAD = Duration.ofMinutes(1);
    /** Of one account; further ones are read once some of these are in flight. */
    private static final int MOST = 4_000;

    /** After all ids, which are ASCII letters and digits. */
    private static final String LAST_ID = "~";

    private static final long LOOK_MILLIS = 100;
    private static final Duration BETWEEN_NOTES = Duration.ofSeconds(1);

    private final Schedule schedule;
    private final DueWatches watches;
    private final Leases leases;
    private final Clock clock;
    private final Function<Watch, Optional<Watch>> common;
    private final BooleanSupplier writable;
    private final Map<String, AccountWatches> owned = new ConcurrentHashMap<>();
    private final Semaphore wake = new Semaphore(0);
    private Instant noted = Instant.MIN;
    /** True while an account is to be handed over once everything is written. */
    private boolean leaving;

    private volatile boolean rulesChanged;
    /** The thread that keeps it. */
    private volatile @Nullable Thread thread;

    /**
     * @param clock the ledger's
     * @param common what a watch has in common with those of a batched poll
     * @param writable false while the ledger cannot be written, so that no poll's result could be committed
     */
    ScheduleKeeper(
            Schedule schedule,
            DueWatches watches,
            Leases leases,
            Clock clock,
            Function<Watch, Optional<Watch>> common,
            BooleanSupplier writable) {
        this.schedule = schedule;
        this.watches = watches;
        this.leases = leases;
        this.clock = clock;
        this.common = common;
        this.writable = writable;
        leases.onLook(wake::release);
        leases.addOwner(this::ended);
    }

    void run() {
        thread = Thread.currentThread();
        try {
            while (thread == Thread.currentThread()) {
                keepIfPossible();
                if (wake.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                    wake.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void keepIfPossible() {
        try {
            keep();
        } catch (RuntimeException e) {
            // The ledger logs its own trouble, once.
            LOG.atLevel(e instanceof LedgerException ? Level.DEBUG : Level.ERROR)
                    .log("due watches cannot be read, tried again: {}", e.toString());
        }
    }

    /** Stops, after writing the results of polls as far as possible. */
    void stop() {
        thread = null;
        wake.release();
        try {
            note();
        } catch (LedgerException e) {
            // The next start polls the watches early.
        }
    }

    /** After an edit, other watches may share a batched poll, and a reply may become another record. */
    void rulesChanged() {
        rulesChanged = true;
        wake.release();
    }

    private synchronized void keep() {
        boolean all = rulesChanged;
        follow();
        List<AccountWatches> edited = owned.values().stream()
                .filter(account ->
                        all || account.edits() != leases.edits(account.lease().shard()))
                .toList();
        Instant now = clock.instant();
        if (!edited.isEmpty() || leaving || !now.isBefore(noted.plus(BETWEEN_NOTES))) {
            note();
            noted = now;
        }
        // After the write, so that what is read is complete.
        edited.forEach(account -> {
            long edits = leases.edits(account.lease().shard());
            schedule.with(account.lease(), mine -> mine.forget(edits));
        });
        if (leaving) {
            leases.look();
        }
        rulesChanged &= !all;
        owned.values().forEach(account -> read(account, now));
    }

    /** Takes and drops accounts, as the leases say. */
    private void follow() {
        leaving = false;
        boolean well = writable.getAsBoolean();
        for (AccountWatches account : List.copyOf(owned.values())) {
            Shard shard = account.lease().shard();
            boolean begins = leases.of(shard).isPresent();
            if (leases.holds(account.lease())) {
                schedule.have(shard.name(), account, begins && well);
                leaving |= !begins;
            } else {
                owned.remove(shard.name());
                schedule.have(shard.name(), null, false);
            }
        }
        for (Lease lease : leases.of(Shard.Kind.ACCOUNT)) {
            owned.computeIfAbsent(lease.shard().name(), name -> {
                AccountWatches account = new AccountWatches(lease, leases.edits(lease.shard()), common);
                schedule.have(name, account, well);
                return account;
            });
        }
    }

    /**
     * Notes what polls came to.
     *
     * @throws LedgerException if that cannot be written now; it is kept
     */
    synchronized void note() {
        List<CompletableFuture<?>> notes = new ArrayList<>();
        for (AccountWatches account : owned.values()) {
            List<DueWatch> watches = schedule.locked(account::unwritten);
            if (!watches.isEmpty()) {
                notes.add(this.watches
                        .note(account.lease(), watches)
                        .thenRun(() -> schedule.with(account.lease(), mine -> mine.written(watches))));
            }
        }
        try {
            CompletableFuture.allOf(notes.toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof LeaseLostException) {
                return; // the account's next owner polls early
            }
            throw e.getCause() instanceof LedgerException trouble ? trouble : e;
        }
    }

    private void read(AccountWatches account, Instant now) {
        Lease lease = account.lease();
        Set<String> doubtful = schedule.locked(account::doubtful);
        if (!doubtful.isEmpty()) {
            List<DueWatch> read = watches.due(lease, doubtful);
            schedule.with(lease, mine -> mine.read(doubtful, read));
        }
        Place behind = account.horizon();
        boolean near = behind == null || behind.due().isBefore(now.plus(AHEAD.dividedBy(2)));
        if (near && schedule.locked(account::waiting) <= MOST / 2) {
            Instant until = now.plus(AHEAD).truncatedTo(ChronoUnit.MILLIS);
            List<DueWatch> read = watches.due(
                    lease,
                    behind == null ? Instant.EPOCH : behind.due(),
                    behind == null ? "" : behind.id(),
                    until,
                    MOST);
            DueWatch last = read.size() < MOST ? null : read.get(MOST - 1);
            Place horizon = last == null ? new Place(until, LAST_ID) : new Place(last.due(), last.id());
            schedule.with(lease, mine -> mine.loaded(read, horizon));
        }
    }

    /** True if no poll of the shard is in flight here, and everything is written. */
    private boolean ended(Shard shard) {
        AccountWatches account = shard.kind() == Shard.Kind.ACCOUNT ? owned.get(shard.name()) : null;
        return account == null || schedule.locked(account::settled);
    }
}
