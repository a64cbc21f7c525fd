package io.jobrelay.ledger;

import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import io.jobrelay.ledger.Shard.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The shards that this node works on. A lease is its owner's until that hands it over, or is struck out of the nodes; whoever
 * takes it does so by compare and set, with a new token. Leases spread evenly, as the Kinesis Client Library spreads its own: a
 * node with fewer than its share asks for one, and the owner hands it over once nothing of it is under way. A ledger in a file
 * is all its process's.
 *
 * <p>Whoever keeps something of a shard in memory keeps it under its {@link Lease}: with another one, and whenever there have
 * been {@link #edits}, it is read from the ledger anew.
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

    /** A row of the table. */
    private record Row(
            Shard shard,
            @Nullable String owner,
            long token,
            @Nullable String wantedBy,
            long edits) {}

    /**
     * @param heartbeat while it is overdue, nothing is this node's
     */
    public Leases(LedgerDatabase database, NodeLease heartbeat) {
        this.database = database;
        this.heartbeat = heartbeat;
        database.onEdit(this::lookIfPossible);
    }

    /** The lease of the shard; empty if something of it must not be begun here now. */
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

    /** How often somebody has edited the shard, as far as this node has seen; 0 if it is not this node's. */
    public long edits(Shard shard) {
        Held mine = held.get(shard);
        return mine == null ? 0 : mine.edits;
    }

    /** The destination has a reader here. */
    public void want(Shard destination) {
        wanted.add(destination);
        look();
    }

    /** It has none any more. */
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
     * @throws LedgerException if the ledger cannot be read or written; what it did stands there and is seen by the next look
     */
    public void look() {
        lookOnce();
        listeners.forEach(Runnable::run);
    }

    /** The edit is there already, and the next look sees it. */
    private void lookIfPossible() {
        try {
            look();
        } catch (LedgerException e) {
            // The ledger logs its own trouble.
        }
    }

    private synchronized void lookOnce() {
        Set<Shard> missing = new HashSet<>(wanted);
        List<Row> rows = rows();
        rows.forEach(row -> missing.remove(row.shard));
        if (!missing.isEmpty()) {
            add(missing);
            rows = rows();
        }
        String self = heartbeat.incarnation().orElse("");
        if (!database.shared()) {
            held = rows.stream()
                    .filter(row -> wants(row.shard))
                    .collect(toMap(Row::shard, row -> new Held(new Lease(row.shard, 0), self, row.edits, false)));
            return;
        }
        Set<String> nodes = database.read(handle -> handle.createQuery("select incarnation from node")
                .mapTo(String.class)
                .set());
        held = nodes.contains(self) ? held(rows, self, nodes) : Map.of();
    }

    private Map<Shard, Held> held(List<Row> rows, String self, Set<String> nodes) {
        SortedMap<Shard, Transfer> transfers = new TreeMap<>();
        Set<Shard> nobodys = new HashSet<>();
        for (Kind kind : Kind.values()) {
            List<Row> ofKind =
                    rows.stream().filter(row -> row.shard.kind() == kind).toList();
            handOver(ofKind, self, nodes, transfers);
            nobodys.addAll(share(ofKind.stream().filter(row -> wants(row.shard)).toList(), self, nodes, transfers));
        }
        free = nobodys;
        Set<Shard> done =
                transfers.isEmpty() ? Set.of() : database.writeApart(handle -> move(handle, transfers.values()));
        Map<Shard, Held> now = new HashMap<>();
        for (Row row : rows) {
            Transfer transfer = done.contains(row.shard) ? transfers.get(row.shard) : null;
            if (self.equals(transfer == null ? row.owner : transfer.owner)) {
                long token = transfer == null ? row.token : transfer.newToken();
                boolean leaves = !wants(row.shard) || isAsked(row, self, nodes);
                now.put(row.shard, new Held(new Lease(row.shard, token), self, row.edits, leaves));
            }
        }
        return Map.copyOf(now);
    }

    private boolean wants(Shard shard) {
        return shard.kind() == Kind.ACCOUNT || wanted.contains(shard);
    }

    private static boolean isAsked(Row row, String self, Set<String> nodes) {
        return row.wantedBy != null && !row.wantedBy.equals(self) && nodes.contains(row.wantedBy);
    }

    /**
     * A lease that is to change hands, or to be asked for.
     *
     * @param owner whose it is afterwards, null for nobody's
     */
    private record Transfer(
            Row row, @Nullable String owner, @Nullable String wantedBy) {
        private boolean moves() {
            return wantedBy == null;
        }

        private long newToken() {
            return row.token + (moves() ? 1 : 0);
        }
    }

    /** Takes its share of the leases of one kind; gives those that were nobody's. */
    private List<Shard> share(List<Row> rows, String self, Set<String> nodes, Map<Shard, Transfer> transfers) {
        Map<String, List<Row>> byOwner = new HashMap<>();
        nodes.forEach(node -> byOwner.put(node, new ArrayList<>()));
        List<Row> nobodys = new ArrayList<>();
        rows.forEach(row -> byOwner.getOrDefault(row.owner == null ? "" : row.owner, nobodys)
                .add(row));
        int mine = byOwner.getOrDefault(self, List.of()).size();
        int most = (rows.size() + nodes.size() - 1) / nodes.size();
        for (Row row : nobodys) {
            // What the others have left alone since the last look is too much for them, or nothing that they want.
            if (mine < most || free.contains(row.shard)) {
                transfers.put(row.shard, new Transfer(row, self, null));
                mine++;
            }
        }
        if (nobodys.isEmpty()) {
            ask(mine, most, byOwner, self, nodes, transfers);
        }
        return nobodys.stream().map(Row::shard).toList();
    }

    private void handOver(List<Row> rows, String self, Set<String> nodes, Map<Shard, Transfer> transfers) {
        for (Row row : rows) {
            Held mine = held.get(row.shard);
            if (mine != null
                    && mine.leaves
                    && self.equals(row.owner)
                    && mine.lease.token() == row.token
                    && owners.stream().allMatch(ended -> ended.test(row.shard))) {
                if (isAsked(row, self, nodes)) {
                    transfers.put(row.shard, new Transfer(row, row.wantedBy, null));
                } else if (!wants(row.shard)) {
                    transfers.put(row.shard, new Transfer(row, null, null));
                }
            }
        }
    }

    /** Asks who has most, and two more than this at least; for a quarter of the share at once, since meanwhile others ask too. */
    private static void ask(
            int mine,
            int most,
            Map<String, List<Row>> byOwner,
            String self,
            Set<String> nodes,
            Map<Shard, Transfer> transfers) {
        boolean asked = byOwner.values().stream()
                .flatMap(List::stream)
                .anyMatch(row -> self.equals(row.wantedBy) && !self.equals(row.owner));
        for (int more = 0; !asked && more <= (most - mine) / 4; more++) {
            List<Row> richest =
                    byOwner.values().stream().max(comparing(List::size)).orElseThrow();
            if (richest.size() < mine + more + 2) {
                return;
            }
            richest.stream()
                    .filter(row -> !isAsked(row, self, nodes))
                    .findFirst()
                    .ifPresent(row -> {
                        transfers.put(row.shard, new Transfer(row, row.owner, self));
                        richest.remove(row);
                    });
        }
    }

    /** In the order of the shards, as all transactions lock them; gives those that nobody else was faster with. */
    private static Set<Shard> move(Handle handle, Collection<Transfer> transfers) {
        return transfers.stream()
                .filter(transfer -> handle.createUpdate("""
                                update lease set owner = :owner, wanted_by = :wantedBy, token = :newToken
                                where shard = :shard and token = :token""")
                                .bind("owner", transfer.owner)
                                .bind("wantedBy", transfer.wantedBy)
                                .bind("newToken", transfer.newToken())
                                .bind("shard", transfer.row.shard.toString())
                                .bind("token", transfer.row.token)
                                .execute()
                        == 1)
                .map(transfer -> transfer.row.shard)
                .collect(toSet());
    }

    private void add(Set<Shard> shards) {
        database.write(handle -> {
            shards.stream()
                    .sorted()
                    .forEach(shard -> handle.execute(
                            "insert into lease (shard) values (?) on conflict do nothing", shard.toString()));
            return null;
        });
    }

    private List<Row> rows() {
        return database.read(handle -> handle.createQuery(
                        "select shard, owner, token, wanted_by, edits from lease order by shard")
                .map((row, context) -> new Row(
                        Shard.parse(row.getString(1)),
                        row.getString(2),
                        row.getLong(3),
                        row.getString(4),
                        row.getLong(5)))
                .list());
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
