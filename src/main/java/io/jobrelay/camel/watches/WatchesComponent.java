package io.jobrelay.camel.watches;

import io.jobrelay.account.Account;
import io.jobrelay.account.RateLimits;
import io.jobrelay.ledger.DueWatches;
import io.jobrelay.ledger.Intake;
import io.jobrelay.ledger.Leases;
import io.jobrelay.ledger.LedgerClock;
import io.jobrelay.ledger.LedgerException;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.watch.ProviderApi;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;

/**
 * {@code watches:}: the watches of the ledger. {@code watches:due} gives those that are due, each as a {@link Poll}; the result
 * goes to {@code watches:done}, and the exception that ended the poll to {@code watches:failed}. A poll that reaches neither has
 * failed too, unless its replies say what the last ones said.
 */
public final class WatchesComponent extends DefaultComponent {
    private static final List<String> ENDS = List.of(WatchesEndpoint.DUE, WatchesEndpoint.DONE, WatchesEndpoint.FAILED);

    private final Beans beans;
    private final int workers;
    private final BatchedPolls batchedPolls;
    private final Fingerprints fingerprints;
    private final Settlement settlement;
    private final Set<Poll> open = ConcurrentHashMap.newKeySet();
    private final Schedule schedule;
    private final ScheduleKeeper keeper;

    /** Counts the start and the end of each edit: odd during one. */
    private final AtomicLong edits = new AtomicLong();

    /**
     * What it works with.
     *
     * @param accounts by name, asked each time
     * @param apis by name, asked each time
     * @param writable false while the ledger cannot be written
     */
    public record Beans(
            DueWatches watches,
            Intake intake,
            RateLimits rateLimits,
            Leases leases,
            Supplier<Map<String, Account>> accounts,
            Function<String, Optional<ProviderApi>> apis,
            Secrets secrets,
            LedgerClock clock,
            BooleanSupplier writable,
            PollListener listener) {}

    /**
     * @param workers how many polls may be in flight, above 0
     */
    public WatchesComponent(Beans beans, int workers) {
        this.beans = beans;
        this.workers = workers;
        this.batchedPolls = new BatchedPolls(beans.accounts(), beans.apis(), beans.clock());
        this.fingerprints = new Fingerprints(beans.secrets());
        this.settlement = new Settlement(this);
        this.schedule = new Schedule(workers, beans.rateLimits(), beans.listener(), beans.clock(), System::nanoTime);
        this.keeper = new ScheduleKeeper(
                schedule, beans.watches(), beans.leases(), beans.clock(), batchedPolls::common, beans.writable());
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
        if (!ENDS.contains(remaining)) {
            throw new IllegalArgumentException(
                    "watches:%s: must be one of watches:due, watches:done and watches:failed".formatted(remaining));
        }
        return new WatchesEndpoint(uri, this, remaining);
    }

    Beans beans() {
        return beans;
    }

    int workers() {
        return workers;
    }

    BatchedPolls batchedPolls() {
        return batchedPolls;
    }

    Fingerprints fingerprints() {
        return fingerprints;
    }

    Settlement settlement() {
        return settlement;
    }

    Schedule schedule() {
        return schedule;
    }

    ScheduleKeeper keeper() {
        return keeper;
    }

    /**
     * Writes the due times that are still to be written.
     *
     * @throws LedgerException if the ledger cannot be written now
     */
    public void note() {
        keeper.note();
    }

    /** The polls in flight. */
    Set<Poll> open() {
        return open;
    }

    /** An edit of routes, mappings or properties starts. */
    public void editBegins() {
        edits.incrementAndGet();
    }

    /** The edit has ended: an equal reply may become another record now. */
    public void editEnds() {
        fingerprints.forget();
        keeper.rulesChanged();
        edits.incrementAndGet();
    }

    long edits() {
        return edits.get();
    }

    /** True if there was an edit since the poll started, or there is one now. */
    boolean edited(Poll poll) {
        long now = edits.get();
        return now % 2 == 1 || now != poll.edits();
    }
}
