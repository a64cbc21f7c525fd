package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * This node among those that work on the ledger. Each says with its heartbeat that it lives. One whose heartbeat has stood
 * still for as long as a {@link NodeLease} is taken over by whoever notices first: it is struck out, and its claims are
 * due. Whoever waits for a heartbeat to move on counts by its own clock, so that no clock can be wrong.
 *
 * <p>A claim is its node's, and nobody's once that is struck out: then it is given back, and of a poll the number goes up,
 * so that what comes of it later changes nothing.
 */
public final class Nodes implements AutoCloseable {
    private static final String ORPHANED =
            " where claimed and not exists (select 1 from node n where n.incarnation = %s.claimed_by) ";
    private static final String WATCHES = ORPHANED.formatted("watch");
    private static final String DELIVERIES = ORPHANED.formatted("delivery");

    private final LedgerDatabase database;
    private final LedgerClock clock;
    private final LongSupplier nanoTime;
    private final Self self;
    private final Supplier<String> incarnations;
    private final boolean shared;
    private final NodeLease lease;
    private final Map<String, Heard> others = new HashMap<>();
    private volatile String incarnation;
    private volatile Work work = new Work(0, 0);

    /** What is said of this node. */
    public record Self(String name, String version) {
        public Self {
            requireNonNull(name, "name is null");
            requireNonNull(version, "version is null");
        }
    }

    /**
     * What a node is doing.
     *
     * @param watches how many it has taken to be polled
     * @param deliveries how many it is making
     */
    public record Work(int watches, int deliveries) {}

    /**
     * What a look at the others brought about.
     *
     * @param nodes how many there are, this one included
     * @param takenOver the names of those that this one has taken over from
     */
    public record Look(int nodes, List<String> takenOver) {
        public Look {
            takenOver = List.copyOf(takenOver);
        }
    }

    /** A heartbeat of another node, and since when it stands there, by the clock that only runs forward. */
    private record Heard(long beat, long since) {}

    private record Other(String incarnation, String name, long beat) {}

    /**
     * Begins to work on the ledger. Claims of whoever had it before are due: of all where it is a file, since they have ended
     * with their process, and otherwise of those that have been taken over from.
     *
     * @param nanoTime a clock that only runs forward
     * @param incarnations each another one
     */
    public Nodes(
            LedgerDatabase database,
            LedgerClock clock,
            LongSupplier nanoTime,
            Self self,
            Supplier<String> incarnations) {
        this(database, clock, nanoTime, self, incarnations, database.shared());
    }

    Nodes(
            LedgerDatabase database,
            LedgerClock clock,
            LongSupplier nanoTime,
            Self self,
            Supplier<String> incarnations,
            boolean shared) {
        this.database = database;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.self = self;
        this.incarnations = incarnations;
        this.shared = shared;
        lease = new NodeLease(nanoTime, shared);
        incarnation = incarnations.get();
        long sent = nanoTime.getAsLong();
        database.write(handle -> {
            if (!shared) {
                handle.execute("delete from node");
            }
            long now = clock.millis();
            if (nobodySeenSince(handle, now - NodeLease.TERM.toMillis())) {
                Watches.resume(handle, now);
                Circuit.resume(handle, now);
            }
            begin(handle, incarnation, now);
            return null;
        });
        giveBackOrphans();
        lease.renew(incarnation, sent);
    }

    private static boolean nobodySeenSince(Handle handle, long since) {
        return handle.createQuery("select not exists (select 1 from node where seen_at > ?)")
                .bind(0, since)
                .mapTo(Boolean.class)
                .one();
    }

    private void begin(Handle handle, String incarnation, long now) {
        handle.createUpdate("""
                        insert into node (incarnation, name, version, started_at, seen_at)
                        values (:incarnation, :name, :version, :now, :now)""")
                .bind("incarnation", incarnation)
                .bind("name", self.name)
                .bind("version", self.version)
                .bind("now", now)
                .execute();
    }

    /** What this node may rely on. */
    public NodeLease lease() {
        return lease;
    }

    /** All nodes; what this one says of itself is of now. */
    public List<NodeIndex.Entry> list() {
        return new NodeIndex(database)
                .list().stream()
                        .map(entry -> lease.holds(entry.incarnation())
                                ? new NodeIndex.Entry(
                                        entry.name(),
                                        entry.incarnation(),
                                        entry.version(),
                                        entry.startTime(),
                                        shared ? entry.seenTime() : clock.instant(),
                                        true,
                                        work.watches(),
                                        work.deliveries())
                                : entry)
                        .toList();
    }

    /**
     * Says that this node lives; waits for nobody else.
     *
     * @return false if the lease was over, and this node has begun anew
     * @throws LedgerException if the ledger does not take it; the lease then runs on to its end
     */
    public synchronized boolean beat(Work now) {
        work = now;
        if (!shared) {
            return true;
        }
        long sent = nanoTime.getAsLong();
        boolean held = lease.holds(incarnation) && renewed(now);
        if (!held) {
            beginAnew();
        }
        lease.renew(incarnation, sent);
        clock.follow(held);
        return held;
    }

    /**
     * Takes over from those that have died, and gives back what is nobody's.
     *
     * @throws LedgerException if it could not; what is left is done by the next look, of whichever node
     */
    public Look look() {
        if (!shared) {
            return new Look(1, List.of());
        }
        List<Other> live = others();
        others.keySet().retainAll(live.stream().map(Other::incarnation).toList());
        List<String> gone = live.stream()
                .filter(this::standsStill)
                .filter(this::takeOver)
                .map(Other::name)
                .toList();
        giveBackOrphans();
        return new Look(1 + live.size() - gone.size(), gone);
    }

    private boolean renewed(Work now) {
        return database.writeApart(handle -> handle.createUpdate("""
                        update node set beat = beat + 1, seen_at = :now, watches = :watches, deliveries = :deliveries
                        where incarnation = :incarnation""")
                        .bind("now", clock.millis())
                        .bind("watches", now.watches())
                        .bind("deliveries", now.deliveries())
                        .bind("incarnation", incarnation)
                        .execute())
                == 1;
    }

    /** What was claimed before is given up, if nobody has taken it over yet. */
    private void beginAnew() {
        lease.end();
        String next = incarnations.get();
        database.writeApart(handle -> {
            handle.execute("delete from node where incarnation = ?", incarnation);
            begin(handle, next, clock.millis());
            return null;
        });
        incarnation = next;
    }

    private List<Other> others() {
        return database.read(handle -> handle.createQuery("select * from node where incarnation <> :self")
                .bind("self", incarnation)
                .map((row, context) ->
                        new Other(row.getString("incarnation"), row.getString("name"), row.getLong("beat")))
                .list());
    }

    private boolean standsStill(Other other) {
        long now = nanoTime.getAsLong();
        Heard heard = others.get(other.incarnation);
        if (heard == null || heard.beat != other.beat) {
            heard = new Heard(other.beat, now);
            others.put(other.incarnation, heard);
        }
        return now - heard.since >= NodeLease.TERM.toNanos();
    }

    /** False where it has moved on meanwhile, or somebody else was first. */
    private boolean takeOver(Other other) {
        // Passes by a row that somebody else is at, were it a process that stands still in the middle of it.
        return database.writeApart(handle -> handle.execute("""
                        delete from node where incarnation in (
                            select incarnation from node where incarnation = ? and beat = ? <skipLocked>)""", other.incarnation, other.beat)) == 1;
    }

    /** Also those that are committed only after the end of the incarnation that made them. */
    private void giveBackOrphans() {
        boolean watches =
                database.read(handle -> handle.createQuery("select exists (select 1 from watch" + WATCHES + ")")
                        .mapTo(Boolean.class)
                        .one());
        if (watches) {
            database.writeApart(handle -> handle.createUpdate(
                            "update watch set claimed = false, claimed_by = null, claim = claim + 1, due_at = :now"
                                    + " where id in (select id from watch" + WATCHES + "<skipLocked>)")
                    .bind("now", clock.millis())
                    .execute());
        }
        List<Lane> lanes = database.read(
                handle -> handle.createQuery("select distinct destination, subject from delivery" + DELIVERIES)
                        .map((row, context) -> new Lane(row.getString(1), row.getString(2)))
                        .list());
        if (!lanes.isEmpty()) {
            database.writeApart(handle -> giveBack(handle, lanes, clock.millis()));
        }
    }

    /** One that was claimed before an earlier one was redelivered waits for that one. */
    private @Nullable Void giveBack(Handle handle, List<Lane> lanes, long now) {
        database.lanes().enter(handle, lanes);
        PreparedBatch orphans =
                handle.prepareBatch("update delivery set claimed = false, claimed_by = null, due_at = null" + DELIVERIES
                        + "and destination = :destination and subject = :subject");
        lanes.forEach(lane -> orphans.bind("destination", lane.destination())
                .bind("subject", lane.subject())
                .add());
        orphans.execute();
        lanes.forEach(lane -> Outbox.freeNext(handle, lane, now));
        lanes.stream()
                .map(Lane::destination)
                .distinct()
                .sorted()
                .forEach(destination -> Circuit.probeGivenBack(handle, destination, now));
        return null;
    }

    /** Leaves: what this node has claimed and not done is due for the others, or for the next start. */
    @Override
    public synchronized void close() {
        lease.end();
        database.write(handle -> handle.execute("delete from node where incarnation = ?", incarnation));
        giveBackOrphans();
    }
}
