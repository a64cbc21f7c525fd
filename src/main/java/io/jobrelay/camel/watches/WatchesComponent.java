package io.jobrelay.camel.watches;

import io.jobrelay.account.Account;
import io.jobrelay.account.RateLimits;
import io.jobrelay.ledger.Companions;
import io.jobrelay.ledger.Intake;
import io.jobrelay.ledger.NodeLease;
import io.jobrelay.ledger.Watches;
import io.jobrelay.trust.Secrets;
import io.jobrelay.watch.ProviderApi;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;

/**
 * {@code watches:}: the watches of the ledger. From {@code watches:due} come those that are due, each as a {@link Poll}; what
 * a poll brought goes to {@code watches:done}, and the exception that ended it to {@code watches:failed}. A poll that reaches
 * neither has failed too, unless its replies say what the last ones said.
 */
public final class WatchesComponent extends DefaultComponent {
    private static final List<String> ENDS = List.of(WatchesEndpoint.DUE, WatchesEndpoint.DONE, WatchesEndpoint.FAILED);

    private final Beans beans;
    private final int workers;
    private final ListCalls listCalls;
    private final Fingerprints fingerprints;
    private final Settlement settlement;
    private final Set<Poll> open = ConcurrentHashMap.newKeySet();
    private volatile PollQueue queue;

    /** One more when an edit begins, and one more when it has ended: odd in between. */
    private final AtomicLong edits = new AtomicLong();

    /**
     * What it works with.
     *
     * @param lease without it nothing is polled
     * @param accounts by name, asked anew each time
     * @param apis by name, asked anew each time
     * @param clock the ledger's
     */
    public record Beans(
            Watches watches,
            Intake intake,
            RateLimits rateLimits,
            Companions companions,
            NodeLease lease,
            Supplier<Map<String, Account>> accounts,
            Function<String, Optional<ProviderApi>> apis,
            Secrets secrets,
            Clock clock,
            PollListener listener) {}

    /**
     * @param workers how many polls may be under way, above 0
     */
    public WatchesComponent(Beans beans, int workers) {
        this.beans = beans;
        this.workers = workers;
        this.listCalls = new ListCalls(beans);
        this.fingerprints = new Fingerprints(beans.secrets());
        this.settlement = new Settlement(this);
        this.queue = new PollQueue(workers, System::nanoTime);
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

    ListCalls listCalls() {
        return listCalls;
    }

    Fingerprints fingerprints() {
        return fingerprints;
    }

    Settlement settlement() {
        return settlement;
    }

    /** The polls that are claimed and not settled. */
    Set<Poll> open() {
        return open;
    }

    /** How many watches are claimed and not answered yet. */
    public int underWay() {
        return open.stream().mapToInt(poll -> poll.due().size()).sum();
    }

    /** Puts a queue in the place of the one before. */
    PollQueue openQueue() {
        PollQueue opened = new PollQueue(workers, System::nanoTime);
        queue = opened;
        return opened;
    }

    /** Lets the poll wait for a worker, or gives it back if there are none any more. */
    void enqueue(Poll poll) {
        open.add(poll);
        if (!queue.add(poll)) {
            settlement.giveBack(List.of(poll));
        }
    }

    /** An edit of routes, mappings or properties begins: what waits for a worker is claimed anew, by what stands then. */
    public void editBegins() {
        edits.incrementAndGet();
        settlement.giveBack(queue.drain());
    }

    /** It has ended: an equal reply may be another record from now on. */
    public void editEnds() {
        fingerprints.forget();
        edits.incrementAndGet();
    }

    long edits() {
        return edits.get();
    }

    /** True if there has been an edit since the poll began, or there is one. */
    boolean edited(Poll poll) {
        long now = edits.get();
        return now % 2 == 1 || now != poll.edits();
    }
}
