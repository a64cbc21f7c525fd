package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/**
 * This node among those that work on the ledger. Each says with its heartbeat that it lives. One whose heartbeat has stood
 * still for as long as a {@link NodeLease} is struck out by whoever notices first, and what it has leased is nobody's. Whoever
 * waits for a heartbeat to move on counts by its own clock, so that no clock can be wrong.
 */
public final class Nodes implements AutoCloseable {
    private final LedgerDatabase database;
    private final LedgerClock clock;
    private final LongSupplier nanoTime;
    private final Self self;
    private final Supplier<String> incarnations;
    private final boolean shared;
    private final NodeLease lease;
    private final Map<String, Heard> others = new HashMap<>();
    private volatile String incarnation;

    /** What is said of this node. */
    public record Self(String name, String version) {
        public Self {
            requireNonNull(name, "name is null");
            requireNonNull(version, "version is null");
        }
    }

    /**
     * What a look at the others brought about.
     *
     * @param nodes how many there are, this one included
     * @param gone the names of those that this one has struck out
     */
    public record Look(int nodes, List<String> gone) {
        public Look {
            gone = List.copyOf(gone);
        }
    }

    /** A heartbeat of another node, and since when it stands there, by the clock that only runs forward. */
    private record Heard(long beat, long since) {}

    private record Other(String incarnation, String name, long beat) {}

    /**
     * Begins to work on the ledger.
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
            }
            begin(handle, incarnation, now);
            return null;
        });
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

    /** All nodes; a ledger in a file has one, which sends no heartbeats. */
    public List<NodeIndex.Entry> list() {
        return new NodeIndex(database)
                .list().stream()
                        .map(entry -> lease.holds(entry.incarnation())
                                ? entry.ofSelf(shared ? entry.seenTime() : clock.instant())
                                : entry)
                        .toList();
    }

    /**
     * Says that this node lives; waits for nobody else.
     *
     * @return false if the lease was over, and this node has begun anew
     * @throws LedgerException if the ledger does not take it; the lease then runs on to its end
     */
    public synchronized boolean beat() {
        if (!shared) {
            return true;
        }
        long sent = nanoTime.getAsLong();
        boolean held = lease.holds(incarnation) && renewed();
        if (!held) {
            beginAnew();
        }
        lease.renew(incarnation, sent);
        clock.follow(held);
        return held;
    }

    /**
     * Strikes out those that have died.
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
                .filter(this::strikeOut)
                .map(Other::name)
                .toList();
        return new Look(1 + live.size() - gone.size(), gone);
    }

    private boolean renewed() {
        return database.writeApart(handle -> handle.createUpdate("""
                        update node set beat = beat + 1, seen_at = :now where incarnation = :incarnation""")
                        .bind("now", clock.millis())
                        .bind("incarnation", incarnation)
                        .execute())
                == 1;
    }

    /** What was leased before is given up, if nobody has taken it over yet. */
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
    private boolean strikeOut(Other other) {
        // Passes by a row that somebody else is at, were it a process that stands still in the middle of it.
        return database.writeApart(handle -> handle.execute("""
                        delete from node where incarnation in (
                            select incarnation from node where incarnation = ? and beat = ? <skipLocked>)""", other.incarnation, other.beat)) == 1;
    }

    /** Leaves: what this node has leased is the others', or the next start's. */
    @Override
    public synchronized void close() {
        lease.end();
        database.write(handle -> handle.execute("delete from node where incarnation = ?", incarnation));
    }
}
