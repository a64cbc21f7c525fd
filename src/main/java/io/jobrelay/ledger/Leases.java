package io.jobrelay.ledger;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import io.jobrelay.ledger.LeasePlan.Row;
import io.jobrelay.ledger.LeasePlan.Transfer;
import io.jobrelay.ledger.Shard.Kind;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * The shards that this node works on. A lease is its owner's until the owner hands it over, or is struck out of the nodes; a
 * node takes it by compare and set, with a new token. A {@link LeasePlan} spreads them. A ledger in a file is all its
 * process's.
 *
 * <p>What is kept of a shard in memory is kept under its {@link Lease}: with another one, and whenever there have been
 * {@link #edits}, it is read from the ledger again.
 */
public final class Leases implements AutoCloseable {
    private final LedgerDatabase database;
    private final NodeLease heartbeat;
    private final Set<Shard> wanted = ConcurrentHashMap.newKeySet();
    private final List<Predicate<Shard>> owners = new CopyOnWriteArrayList<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Map<Shard, Held> held = Map.of();
    private Set<Shard> free = Set.of();

    /**
     * @param lease this one's
     * @param incarnation of this node that took it
     * @param leaves true while it waits for what is under way, to be handed over
     */
    private record Held(Lease lease, String incarnation, long edits, boolean leaves) {}

    /**
     * @param heartbeat while it is overdue, nothing is this node's
     */
    public Leases(LedgerDatabase database, NodeLease heartbeat) {
        this.database = database;
        this.heartbeat = heartbeat;
        database.onEdit(this::lookIfPossible);
    }

    /** The lease of the shard; empty if nothing of it may be begun here now. */
    public Optional<Lease> of(Shard shard) {
        Held mine = held.get(shard);
        return mine == null || mine.leaves || !heartbeat.holds(mine.incarnation)
                ? Optional.empty()
                : Optional.of(mine.lease);
    }

    /** All leases of that kind that something may be begun under. */
    public List<Lease> of(Kind kind) {
        return held.keySet().stream()
                .filter(shard -> shard.kind() == kind)
                .flatMap(shard -> of(shard).stream())
                .toList();
    }

    /** False once another node may have the shard: what has not been sent must not be. */
    public boolean holds(Lease lease) {
        Held mine = held.get(lease.shard());
        return mine != null && mine.lease.equals(lease) && heartbeat.holds(mine.incarnation);
    }

    /** How often the shard has been edited, as far as this node has seen; 0 if it is not this node's. */
    public long edits(Shard shard) {
        Held mine = held.get(shard);
        return mine == null ? 0 : mine.edits;
    }

    /** The destination has a reader here. */
    public void want(Shard destination) {
        wanted.add(destination);
        look();
    }

    /** The destination has no reader here any more. */
    public void leave(Shard destination) {
        wanted.remove(destination);
    }

    /**
     * Asks this before a shard is handed over.
     *
     * @param ended true once nothing of the shard is under way, and all that is known of it is written
     */
    public void addOwner(Predicate<Shard> ended) {
        owners.add(ended);
    }

    /** Calls this after each look. */
    public void onLook(Runnable listener) {
        listeners.add(listener);
    }

    /**
     * Looks at the leases, takes and asks for what is this node's share, and hands over what others ask for.
     *
     * @throws LedgerException if the ledger cannot be read or written; what was written by then, the next look sees
     */
    public void look() {
        lookOnce();
        listeners.forEach(Runnable::run);
    }

    /** The edit is committed already, and the next look sees it. */
    private void lookIfPossible() {
        try {
            look();
        } catch (LedgerException e) {
            // The ledger logs its own trouble.
        }
    }

    private synchronized void lookOnce() {
        Set<Shard> missing = new TreeSet<>(wanted);
        List<Row> rows = rows();
        rows.forEach(row -> missing.remove(row.shard()));
        if (!missing.isEmpty()) {
            add(missing);
            rows = rows();
        }
        String self = heartbeat.incarnation().orElse("");
        if (!database.shared()) {
            held = rows.stream()
                    .filter(row -> wants(row.shard()))
                    .collect(toMap(Row::shard, row -> new Held(new Lease(row.shard(), 0), self, row.edits(), false)));
            return;
        }
        Set<String> nodes = Set.copyOf(database.list("select incarnation from node", String.class));
        held = nodes.contains(self) ? held(rows, self, new LeasePlan(self, nodes)) : Map.of();
    }

    private Map<Shard, Held> held(List<Row> rows, String self, LeasePlan plan) {
        rows.stream().filter(row -> mayHandOver(row, self, plan)).forEach(plan::handOver);
        for (Kind kind : Kind.values()) {
            plan.share(
                    rows.stream()
                            .filter(row -> row.shard().kind() == kind && wants(row.shard()))
                            .toList(),
                    free);
        }
        free = plan.free();
        Map<Shard, Transfer> transfers = plan.transfers();
        Set<Shard> done =
                transfers.isEmpty() ? Set.of() : database.writeApart(handle -> move(handle, transfers.values()));
        Map<Shard, Held> now = new HashMap<>();
        for (Row row : rows) {
            Transfer transfer = done.contains(row.shard()) ? transfers.get(row.shard()) : null;
            if (self.equals(transfer == null ? row.owner() : transfer.owner())) {
                long token = transfer == null ? row.token() : transfer.newToken();
                boolean leaves = !wants(row.shard()) || plan.isAsked(row);
                now.put(row.shard(), new Held(new Lease(row.shard(), token), self, row.edits(), leaves));
            }
        }
        return Map.copyOf(now);
    }

    private boolean wants(Shard shard) {
        return shard.kind() == Kind.ACCOUNT || wanted.contains(shard);
    }

    private boolean mayHandOver(Row row, String self, LeasePlan plan) {
        Held mine = held.get(row.shard());
        return mine != null
                && mine.leaves
                && self.equals(row.owner())
                && mine.lease.token() == row.token()
                && (plan.isAsked(row) || !wants(row.shard()))
                && owners.stream().allMatch(ended -> ended.test(row.shard()));
    }

    /** Gives those that no other node was faster with. */
    private static Set<Shard> move(Handle handle, Collection<Transfer> transfers) {
        return transfers.stream()
                .filter(transfer -> handle.execute(
                                "update lease set owner = ?, wanted_by = ?, token = ? where shard = ? and token = ?",
                                transfer.owner(),
                                transfer.wantedBy(),
                                transfer.newToken(),
                                transfer.row().shard(),
                                transfer.row().token())
                        == 1)
                .map(transfer -> transfer.row().shard())
                .collect(toSet());
    }

    /** Under no lease, and so in a transaction that does nothing else, and in one order: nodes must not wait in a circle. */
    private void add(Set<Shard> shards) {
        database.writeApart(handle -> {
            PreparedBatch leases = handle.prepareBatch("insert into lease (shard) values (?) on conflict do nothing");
            shards.forEach(leases::add);
            return leases.execute();
        });
    }

    private List<Row> rows() {
        return database.list("select shard, owner, token, wanted_by, edits from lease order by shard", Row.class);
    }

    /** Gives all of them up, for the others to take at once. */
    @Override
    public synchronized void close() {
        held = Map.of();
        if (database.shared()) {
            heartbeat.incarnation().ifPresent(self -> database.writeApart(handle -> handle.execute("""
                    update lease set owner = null, token = token + 1
                    where shard in (select shard from lease where owner = ? order by shard for update)""", self)));
        }
    }
}
