package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/**
 * This node among those that work on the ledger. Each says with its heartbeat that it lives. One whose heartbeat has stood
 * still for as long as a {@link NodeLease} is struck out by the first node that notices, and what it had leased is free. A node
 * counts by its own clock for how long a heartbeat has stood still, so that no clock can be wrong.
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

    /** What other nodes see of this one. */
    public record Self(String name, String version) {
        public Self {
            requireNonNull(name, "name is null");
            requireNonNull(version, "version is null");
        }
    }

    /**
     * A node.
     *
     * @param incarnation another one after each start, and each time that its lease was over
     * @param startTime when this incarnation began, in the ledger's time
     * @param seenTime its last heartbeat, in the ledger's time
     * @param self true for the one that was asked
     * @param accounts how many it polls the watches of
     * @param destinations how many it delivers to
     */
    public record Entry(
            String name,
            String incarnation,
            String version,
            Instant startTime,
            Instant seenTime,
            boolean self,
            long accounts,
            long destinations) {
        private Entry ofSelf(Instant seen) {
            return new Entry(name, incarnation, version, startTime, seen, true, accounts, destinations);
        }
    }

    /**
     * What a look at the others brought about.
     *
     * @param nodes how many there are, this one included
     * @param gone the names of those that this one has struck out
     */
    public record Look(int nodes, List<String> gone) {}

    /** A heartbeat of another node, and since when there was no further one, by the clock that only runs forward. */
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
            if (noneSeenSince(handle, now - NodeLease.TERM.toMillis())) {
                DueWatches.resume(handle, now);
            }
            return begin(handle, incarnation, now);
        });
        lease.renew(incarnation, sent);
    }

    private static boolean noneSeenSince(Handle handle, long since) {
        return handle.createQuery("select not exists (select 1 from node where seen_at > ?)")
                .bind(0, since)
                .mapTo(Boolean.class)
                .one();
    }

    private int begin(Handle handle, String incarnation, long now) {
        return handle.execute(
                "insert into node (incarnation, name, version, started_at, seen_at) values (?, ?, ?, ?, ?)",
                incarnation,
                self.name,
                self.version,
                now,
                now);
    }

    /** What this node may rely on. */
    public NodeLease lease() {
        return lease;
    }

    /** All nodes; a ledger in a file has one, which sends no heartbeats. */
    public List<Entry> list() {
        return list(database).stream()
                .map(entry -> lease.holds(entry.incarnation())
                        ? entry.ofSelf(shared ? entry.seenTime() : clock.instant())
                        : entry)
                .toList();
    }

    /** All nodes in order of their names, as the ledger has them; one that has died is there until another strikes it out. */
    public static List<Entry> list(LedgerDatabase database) {
        // A ledger in a file has one node, and names no owners.
        return database.read(
                handle -> handle.createQuery("""
                        select n.name, n.incarnation, n.version, n.started_at as start_time, n.seen_at as seen_time,
                            false as self,
                            (select count(*) from lease l where l.shard like 'account/%%' and %1$s) accounts,
                            (select count(*) from lease l where l.shard like 'destination/%%' and %1$s) destinations
                        from node n order by name, started_at, incarnation""".formatted(database.shared() ? "l.owner = n.incarnation" : "true"))
                        .mapTo(Entry.class)
                        .list());
    }

    /**
     * Says that this node lives; waits for no other.
     *
     * @return false if the lease was over, and this node has started a new incarnation
     * @throws LedgerException if the ledger does not take it; the lease then runs on to its end
     */
    public synchronized boolean beat() {
        if (!shared) {
            return true;
        }
        long sent = nanoTime.getAsLong();
        boolean held = lease.holds(incarnation) && renewed();
        if (!held) {
            startAgain();
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
        List<Other> live = database.read(handle -> handle.createQuery("select * from node where incarnation <> ?")
                .bind(0, incarnation)
                .mapTo(Other.class)
                .list());
        others.keySet().retainAll(live.stream().map(Other::incarnation).toList());
        List<String> gone = live.stream()
                .filter(this::standsStill)
                .filter(this::strikeOut)
                .map(Other::name)
                .toList();
        return new Look(1 + live.size() - gone.size(), gone);
    }

    private boolean renewed() {
        return database.writeApart(handle -> handle.execute(
                        "update node set beat = beat + 1, seen_at = ? where incarnation = ?",
                        clock.millis(),
                        incarnation))
                == 1;
    }

    /** What was leased before is given up, if no other node has taken it yet. */
    private void startAgain() {
        lease.end();
        String next = incarnations.get();
        database.writeApart(handle -> {
            handle.execute("delete from node where incarnation = ?", incarnation);
            return begin(handle, next, clock.millis());
        });
        incarnation = next;
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

    /** False where its heartbeat has moved on meanwhile, or another node was first. */
    private boolean strikeOut(Other other) {
        // Skips a row that is locked: it may be by a process that stands still in the middle of a transaction.
        return database.writeApart(handle -> handle.execute("""
                        delete from node where incarnation in (
                            select incarnation from node where incarnation = ? and beat = ? <skipLocked>)""", other.incarnation, other.beat)) == 1;
    }

    /** Leaves: what this node has leased is free for the others, or for the next start. */
    @Override
    public synchronized void close() {
        lease.end();
        database.write(handle -> handle.execute("delete from node where incarnation = ?", incarnation));
    }
}
