package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;
import static java.util.stream.Collectors.toMap;

import io.jobrelay.delivery.AttemptResult;
import io.jobrelay.delivery.Circuit;
import io.jobrelay.ledger.Deliveries.Status;
import io.jobrelay.ledger.GroupCommit.Batch;
import io.jobrelay.ledger.History.Place;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * The outboxes on disk, one for each destination. What waits in them is read, and what became of it written, by the owner of
 * the destination; of {@link #CHANGES}, the changes that are not routed yet, by the owner of their account.
 */
public final class Outbox {
    /** The outbox that every change is in first; the router reads it. */
    public static final String CHANGES = "changes";

    private static final String CHANGES_PENDING = """
            select c.*, c.position as place, c.age as place_age, c.age < <settled> as settled,
                0 as attempts, null as due_at, c.event as bytes
            from change c where not c.routed""";

    private static final String DELIVERIES_PENDING = """
            select c.*, d.rowid as place, d.age as place_age, d.age < <settled> as settled, d.attempts, d.due_at,
                case when d.due_at > :now then null else c.event end as bytes
            from delivery d <crossJoin> change c on c.position = d.change
            where d.destination = :destination and d.status = 'PENDING'""";

    private static final byte[] UNREAD = {};

    private final LedgerDatabase database;
    private final Clock clock;
    private final List<Reader> readers = new CopyOnWriteArrayList<>();
    private final Set<String> named = ConcurrentHashMap.newKeySet();
    private final Batch<Settlement, Boolean> settlements;

    public Outbox(LedgerDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
        this.settlements = (handle, all) -> Settlement.write(handle, all, clock.millis());
    }

    private record Reader(String destination, Runnable call) {}

    /** Calls the reader whenever this process has put something into the outbox. */
    public void addReader(String destination, Runnable reader) {
        readers.add(new Reader(destination, reader));
    }

    public void removeReader(String destination, Runnable reader) {
        readers.remove(new Reader(destination, reader));
    }

    void wake(String destination) {
        readers.stream()
                .filter(reader -> reader.destination.equals(destination))
                .forEach(reader -> reader.call.run());
    }

    /**
     * What was found in an outbox.
     *
     * @param read up to where everything is read
     * @param again how many are behind that, and found again: a transaction that still runs may put something before them
     */
    public record Page(List<Delivery> deliveries, Place read, int again) {}

    /**
     * At most so many deliveries that are still to be made, in the order in which they were put in.
     *
     * @param leases the destination's, or those of the accounts whose changes are to be routed
     * @param after up to where everything is read
     */
    public Page pending(String destination, Collection<Lease> leases, Place after, int most) {
        if (leases.isEmpty()) {
            return new Page(List.of(), after, 0);
        }
        String order = destination.equals(CHANGES)
                ? " and c.account in (<shards>) and (c.age, c.position) > (:age, :place) order by c.age, c.position"
                : " and (d.age, d.rowid) > (:age, :place) order by d.age, d.rowid";
        List<Found> found =
                found(destination, order, leases, Map.of("age", after.age(), "place", after.position()), most);
        int settled = (int) found.stream().takeWhile(Found::settled).count();
        return new Page(
                found.stream().map(Found::delivery).toList(),
                settled == 0 ? after : found.get(settled - 1).place,
                found.size() - settled);
    }

    /** At most so many deliveries of one job, or of one watch, that are still to be made, in the order of its changes. */
    public List<Delivery> pendingOf(String destination, Lease lease, String subject, long from, int most) {
        String order = " and %1$s.subject = :subject and %1$s.sequence >= :from order by %1$s.sequence"
                .formatted(destination.equals(CHANGES) ? "c" : "d");
        return found(destination, order, List.of(lease), Map.of("subject", subject, "from", from), most).stream()
                .map(Found::delivery)
                .toList();
    }

    private record Found(Delivery delivery, Place place, boolean settled) {}

    private List<Found> found(
            String destination, String order, Collection<Lease> leases, Map<String, ?> values, int most) {
        boolean routing = destination.equals(CHANGES);
        Map<String, Lease> byName =
                leases.stream().collect(toMap(lease -> lease.shard().name(), lease -> lease));
        return database.read(handle -> {
            Query query = handle.createQuery((routing ? CHANGES_PENDING : DELIVERIES_PENDING) + order + " limit :most")
                    .bindMap(values)
                    .bind("destination", destination)
                    .bind("now", clock.millis())
                    .bind("most", most);
            if (order.contains("<shards>")) {
                query.bindList("shards", InList.of(byName.keySet()));
            }
            return query.map((row, context) -> new Found(
                            delivery(
                                    row,
                                    destination,
                                    requireNonNull(byName.get(routing ? row.getString("account") : destination))),
                            new Place(row.getLong("place_age"), row.getLong("place")),
                            row.getBoolean("settled")))
                    .list();
        });
    }

    private static Delivery delivery(ResultSet row, String destination, Lease lease) throws SQLException {
        return new Delivery(
                lease,
                destination,
                row.getLong("position"),
                row.getString("event_id"),
                row.getString("type"),
                row.getString("subject"),
                row.getLong("sequence"),
                Instant.ofEpochMilli(row.getLong("created_at")),
                requireNonNullElse(row.getBytes("bytes"), UNREAD),
                row.getInt("attempts"),
                Instant.ofEpochMilli(row.getLong("due_at")));
    }

    /** Puts a change into a destination's outbox; putting it there again does nothing. */
    public void add(String destination, String eventId) {
        name(Set.of(destination));
        database.write(handle -> handle.execute("""
                insert into delivery (destination, change, subject, sequence, status, updated_at)
                select ?, position, subject, sequence, 'PENDING', ? from change where event_id = ?
                on conflict do nothing""", destination, clock.millis(), eventId));
        wake(destination);
    }

    /**
     * Names destinations before something is first put into their outboxes. In a transaction that does nothing else, and in one
     * order: it is done under no lease, and so two nodes that do it at the same time must not wait for each other in a circle.
     */
    private void name(Set<String> destinations) {
        if (!named.containsAll(destinations)) {
            database.writeApart(handle -> {
                PreparedBatch names =
                        handle.prepareBatch("insert into destination (name) values (?) on conflict do nothing");
                new TreeSet<>(destinations).forEach(names::add);
                return names.execute();
            });
            named.addAll(destinations);
        }
    }

    /**
     * What becomes of a destination's circuit, and after how many edits of the destination that was decided. If there has been
     * another edit, that stands.
     */
    public record CircuitChange(Circuit circuit, long edits) {}

    /**
     * The destination has it, and it goes on to other destinations. All of that or nothing of it is written; the future ends
     * once it is committed, or fails as {@link LedgerDatabase#begin} does.
     *
     * @param onward the destinations whose outboxes it is put into
     * @param circuit null where the circuit stays as it is
     */
    public CompletableFuture<?> delivered(Delivery delivery, Set<String> onward, @Nullable CircuitChange circuit) {
        return settle(new Settlement(delivery, Status.DELIVERED, 0, null, null, onward, circuit))
                .thenAccept(settled -> onward.forEach(this::wake));
    }

    /**
     * The attempt failed, as {@link #delivered} otherwise. A change that could not be routed waits, with the error.
     *
     * @param dueAt when the next attempt may be made
     */
    public CompletableFuture<?> failed(
            Delivery delivery, AttemptResult result, String error, Instant dueAt, CircuitChange circuit) {
        boolean dead = result == AttemptResult.DEAD;
        return settle(new Settlement(
                delivery,
                dead ? Status.DEAD : Status.PENDING,
                result == AttemptResult.GIVEN_BACK ? 0 : 1,
                error,
                dead ? null : dueAt,
                Set.of(),
                delivery.destination().equals(CHANGES) ? null : circuit));
    }

    private CompletableFuture<Boolean> settle(Settlement settlement) {
        try {
            name(settlement.onward());
        } catch (LedgerException e) {
            return CompletableFuture.failedFuture(e);
        }
        return database.begin(settlements, settlement.delivery().lease(), settlement);
    }

    /** The destination's circuit as the ledger has it. */
    public Circuit circuit(String destination) {
        return database.read(handle -> handle.createQuery("select * from destination where name = ?")
                .bind(0, destination)
                .mapTo(Circuit.class)
                .findOne()
                .orElse(Circuit.NEW));
    }

    /** What keeps the ledger from being written; empty if it can be. */
    public Optional<String> trouble() {
        return database.trouble();
    }
}
