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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
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
    private final Batch<Settlement, Boolean> settlements = this::settle;

    public Outbox(LedgerDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
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
     * What a look into an outbox found.
     *
     * @param read up to where everything is read
     * @param again how many are behind that, and found again: a transaction that still runs may put something before them
     */
    public record Page(List<Delivery> deliveries, Place read, int again) {
        public Page {
            deliveries = List.copyOf(deliveries);
            requireNonNull(read, "read is null");
        }
    }

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
        return database.read(handle -> {
            List<Found> found = found(
                    handle,
                    destination,
                    order + " limit :most",
                    leases,
                    query -> query.bind("age", after.age())
                            .bind("place", after.position())
                            .bind("most", most));
            int settled = (int) found.stream().takeWhile(Found::settled).count();
            return new Page(
                    found.stream().map(Found::delivery).toList(),
                    settled == 0 ? after : found.get(settled - 1).place,
                    found.size() - settled);
        });
    }

    /** At most so many deliveries of one job, or of one watch, that are still to be made, in the order of its changes. */
    public List<Delivery> pendingOf(String destination, Lease lease, String subject, long from, int most) {
        String order = destination.equals(CHANGES)
                ? " and c.subject = :subject and c.sequence >= :from order by c.sequence limit :most"
                : " and d.subject = :subject and d.sequence >= :from order by d.sequence limit :most";
        return database.read(handle -> found(
                        handle,
                        destination,
                        order,
                        List.of(lease),
                        query -> query.bind("subject", subject)
                                .bind("from", from)
                                .bind("most", most))
                .stream()
                .map(Found::delivery)
                .toList());
    }

    private record Found(Delivery delivery, Place place, boolean settled) {}

    private List<Found> found(
            Handle handle, String destination, String order, Collection<Lease> leases, Function<Query, Query> bind) {
        boolean routing = destination.equals(CHANGES);
        Map<String, Lease> byName =
                leases.stream().collect(toMap(lease -> lease.shard().name(), lease -> lease));
        Query query = routing
                ? handle.createQuery(CHANGES_PENDING + order)
                : handle.createQuery(DELIVERIES_PENDING + order)
                        .bind("destination", destination)
                        .bind("now", clock.millis());
        if (order.contains("<shards>")) {
            query.bindList("shards", InList.of(byName.keySet()));
        }
        return bind.apply(query)
                .map((row, context) -> new Found(
                        delivery(
                                row,
                                destination,
                                requireNonNull(byName.get(routing ? row.getString("account") : destination))),
                        new Place(row.getLong("place_age"), row.getLong("place")),
                        row.getBoolean("settled")))
                .list();
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
        database.write(handle -> {
            add(handle, destination, eventId, clock.millis());
            return null;
        });
        wake(destination);
    }

    static void add(Handle handle, String destination, String eventId, long now) {
        handle.execute("""
                insert into delivery (destination, change, subject, sequence, status, updated_at)
                select ?, position, subject, sequence, 'PENDING', ? from change where event_id = ?
                on conflict do nothing""", destination, now, eventId);
        name(handle, Set.of(destination));
    }

    /** In one order for all nodes. */
    private static void name(Handle handle, Collection<String> destinations) {
        if (!destinations.isEmpty()) {
            PreparedBatch names =
                    handle.prepareBatch("insert into destination (name) values (?) on conflict do nothing");
            new TreeSet<>(destinations).forEach(names::add);
            names.execute();
        }
    }

    /**
     * What becomes of a destination's circuit, and after how many edits of the destination that was found. An edit that is not
     * known of then stands.
     */
    public record CircuitChange(Circuit circuit, long edits) {}

    private record Settlement(
            Delivery delivery,
            Status status,
            int attempts,
            @Nullable String error,
            @Nullable Instant dueAt,
            Set<String> onward,
            @Nullable CircuitChange change) {}

    /**
     * The destination has it, and it goes on to other destinations. All of that or nothing of it is written; the future ends once
     * it is committed, or fails as {@link LedgerDatabase#begin} does.
     *
     * @param onward the destinations whose outboxes it is put into
     * @param circuit null where the circuit stays as it is
     */
    public CompletableFuture<?> delivered(Delivery delivery, Set<String> onward, @Nullable CircuitChange circuit) {
        return database.begin(
                        settlements,
                        delivery.lease(),
                        new Settlement(delivery, Status.DELIVERED, 0, null, null, onward, circuit))
                .thenAccept(settled -> onward.forEach(this::wake));
    }

    /**
     * The attempt failed, as {@link #delivered} otherwise. A change that could not be routed stays as it is.
     *
     * @param dueAt when the next attempt may be made
     */
    public CompletableFuture<?> failed(
            Delivery delivery, AttemptResult result, String error, Instant dueAt, CircuitChange circuit) {
        if (delivery.destination().equals(CHANGES)) {
            return CompletableFuture.completedFuture(null);
        }
        boolean dead = result == AttemptResult.DEAD;
        return database.begin(
                settlements,
                delivery.lease(),
                new Settlement(
                        delivery,
                        dead ? Status.DEAD : Status.PENDING,
                        result == AttemptResult.GIVEN_BACK ? 0 : 1,
                        error,
                        dead ? null : dueAt,
                        Set.of(),
                        circuit));
    }

    private List<Boolean> settle(Handle handle, List<Settlement> all) {
        long now = clock.millis();
        PreparedBatch onward = handle.prepareBatch("""
                insert into delivery (destination, change, subject, sequence, status, updated_at)
                values (:destination, :change, :subject, :sequence, 'PENDING', :now) on conflict do nothing""");
        PreparedBatch routed = handle.prepareBatch("update change set routed = true where position = ?");
        PreparedBatch settled = handle.prepareBatch("""
                update delivery set status = :status, attempts = attempts + :attempts, error = :error, due_at = :due,
                    updated_at = :now
                where change = :change and destination = :destination and status = 'PENDING'""");
        PreparedBatch circuits = handle.prepareBatch("""
                update destination set disabled = :disabled, paused_until = :paused, failures = :failures,
                    failing_since = :failingSince, failed_at = :failedAt, probe_at = :probeAt, error = :error
                where name = :name and (select edits from lease where shard = :shard) = :edits""");
        Set<String> names = new TreeSet<>();
        for (Settlement each : all) {
            Delivery delivery = each.delivery;
            names.addAll(each.onward);
            each.onward.forEach(destination -> onward.bind("destination", destination)
                    .bind("change", delivery.change())
                    .bind("subject", delivery.subject())
                    .bind("sequence", delivery.sequence())
                    .bind("now", now)
                    .add());
            if (delivery.destination().equals(CHANGES)) {
                routed.add(delivery.change());
            } else {
                settled.bind("status", each.status.name())
                        .bind("attempts", each.attempts)
                        .bind("error", each.error)
                        .bind("due", Times.millis(each.dueAt))
                        .bind("now", now)
                        .bind("change", delivery.change())
                        .bind("destination", delivery.destination())
                        .add();
            }
            if (each.change != null) {
                bind(circuits, delivery, each.change).add();
            }
        }
        for (PreparedBatch batch : List.of(onward, routed, settled, circuits)) {
            if (batch.size() > 0) {
                batch.execute();
            }
        }
        name(handle, names);
        return all.stream().map(each -> true).toList();
    }

    private static PreparedBatch bind(PreparedBatch circuits, Delivery delivery, CircuitChange change) {
        Circuit circuit = change.circuit;
        return circuits.bind("name", delivery.destination())
                .bind("shard", delivery.lease().shard().toString())
                .bind("edits", change.edits)
                .bind("disabled", circuit.disabled())
                .bind("paused", Times.millis(circuit.pausedUntil()))
                .bind("failures", circuit.failures())
                .bind("failingSince", Times.millis(circuit.failingSince()))
                .bind("failedAt", Times.millis(circuit.failedAt()))
                .bind("probeAt", Times.millis(circuit.probeAt()))
                .bind("error", circuit.error());
    }

    /** The destination's circuit as the ledger has it. */
    public Circuit circuit(String destination) {
        return database.read(handle -> handle.createQuery("select * from destination where name = ?")
                .bind(0, destination)
                .map((row, context) -> circuit(row))
                .findOne()
                .orElse(Circuit.NEW));
    }

    static Circuit circuit(ResultSet row) throws SQLException {
        return new Circuit(
                row.getString("disabled"),
                Times.instant(row, "paused_until"),
                row.getInt("failures"),
                Times.instant(row, "failing_since"),
                Times.instant(row, "failed_at"),
                Times.instant(row, "probe_at"),
                row.getString("error"));
    }

    /** What keeps the ledger from being written; empty if it can be. */
    public Optional<String> trouble() {
        return database.trouble();
    }

    /** How many deliveries a destination has in each status. */
    public record Count(String destination, String status, long deliveries) {}

    /** Reads all of them, so it is for the end of a small run. */
    public List<Count> counts() {
        return database.read(handle -> handle.createQuery("""
                        select destination, status, count(*) from delivery group by destination, status
                        union all select 'changes', 'PENDING', count(*) from change where not routed having count(*) > 0
                        order by 1, 2""")
                .map((row, context) -> new Count(row.getString(1), row.getString(2), row.getLong(3)))
                .list());
    }

    /** The destinations, and the router, that deliveries are on their way to; those that are disabled owe nothing. */
    public Set<String> owing() {
        Set<String> owing = new TreeSet<>(destinations(Status.PENDING));
        owing.removeIf(name -> disabled(name).isPresent());
        return owing;
    }

    /** Why nothing is sent to the destination until somebody enables it; empty if it is not disabled. */
    public Optional<String> disabled(String destination) {
        return Optional.ofNullable(circuit(destination).disabled());
    }

    /** The destinations, and the router, that have a delivery in that status. */
    public Set<String> destinations(Status status) {
        return database.read(handle ->
                handle.createQuery("""
                        select x.name from destination x
                        where exists (select 1 from delivery d where d.destination = x.name and d.status = '%1$s')
                        union select 'changes'
                        where '%1$s' = 'PENDING' and exists (select 1 from change where not routed)""".formatted(status)).mapTo(String.class).set());
    }
}
