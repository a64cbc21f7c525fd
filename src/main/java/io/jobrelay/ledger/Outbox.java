package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import io.jobrelay.delivery.CircuitBreaker;
import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import io.jobrelay.delivery.DeliveryFailure;
import io.jobrelay.ledger.GroupCommit.Batch;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries: each destination's own, durable, in order per job. Of the changes of one job only the first that is not
 * yet settled is due at a destination; the others wait for it, and no other job waits for them. A destination that fails is
 * left alone but for a probe now and then, by the rules of a {@link CircuitBreaker}.
 */
public final class Outbox {
    /** The outbox that every change goes into first; the router reads it. */
    public static final String CHANGES = "changes";

    /** The status of a delivery that is still to be made. */
    public static final String PENDING = "PENDING";

    /** The status of a delivery that has used up its attempts. */
    public static final String DEAD = "DEAD";

    /**
     * How long a claimed delivery is left alone if nothing is heard of it; longer than an attempt takes at the longest
     * {@code jobrelay.delivery.timeout}, also one that waits for its broker four times.
     */
    private static final Duration LEASE = Duration.ofMinutes(5);

    private static final String FREE_NEXT = """
            update delivery set due_at = :now
            where destination = :destination and due_at is null and event_id = (
                select event_id from delivery where destination = :destination and subject = :subject
                and status = 'PENDING' order by sequence limit 1)""";

    private final LedgerDatabase database;
    private final Clock clock;
    private final Circuit circuit;
    private final NodeLease lease;
    private final List<Reader> readers = new CopyOnWriteArrayList<>();
    private final GivenBack<Delivery> givenBack = new GivenBack<>(this::makeDue);
    private final Batch<Addition, Boolean> additions = this::addAll;
    private final Batch<Done, Settled> deliveries = this::settleDelivered;

    /**
     * @param lease without it nothing is claimed
     */
    public Outbox(LedgerDatabase database, Clock clock, CircuitBreaker breaker, NodeLease lease) {
        this.database = database;
        this.clock = clock;
        this.circuit = new Circuit(breaker);
        this.lease = lease;
    }

    /** False once another node may have taken over what was claimed in that incarnation of this one: it sends that itself. */
    public boolean maySend(Delivery delivery) {
        return lease.holds(delivery.claimedBy());
    }

    /** What became of a delivery whose attempt failed. */
    public enum Fate {
        /** It is tried again after a wait, and the attempt counts. */
        RETRIED,
        /** It has used up its attempts and is kept; the next change of the same job goes on. */
        DEAD,
        /** It is tried again, and the attempt does not count. */
        GIVEN_BACK
    }

    /** What a settled delivery changed for its destination. */
    public enum Turn {
        NONE,
        /** From now on but a probe now and then is sent. */
        OPENED,
        /** It takes deliveries again. */
        CLOSED,
        /** Nothing is sent until somebody enables it. */
        DISABLED
    }

    /** What a failed attempt came to. */
    public record Outcome(Fate fate, Turn turn) {}

    private record Reader(String destination, Runnable call) {}

    /** Calls the reader whenever something may have become due at the destination. */
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

    /** Puts the change of that subject into a destination's outbox; putting it there again does nothing. */
    public void add(String destination, String subject, String eventId) {
        database.write(additions, new Addition(new Lane(destination, subject), eventId, clock.millis()));
        wake(destination);
    }

    /** A change for a destination. */
    record Addition(Lane lane, String eventId, long now) {}

    private List<Boolean> addAll(Handle handle, List<Addition> additions) {
        database.lanes().enter(handle, additions.stream().map(Addition::lane).toList());
        add(handle, additions);
        return additions.stream().map(addition -> true).toList();
    }

    /** To be called in the lanes of the additions. */
    static void add(Handle handle, List<Addition> additions) {
        PreparedBatch batch = handle.prepareBatch("""
                insert into delivery (destination, event_id, subject, sequence, status, due_at, updated_at)
                select :destination, c.event_id, c.subject, c.sequence, 'PENDING',
                    case when exists (
                        select 1 from delivery d where d.destination = :destination
                        and d.subject = c.subject and d.status = 'PENDING') then null else :now end,
                    :now
                from change c where c.event_id = :event
                on conflict do nothing""");
        for (Addition addition : additions) {
            batch.bind("destination", addition.lane.destination())
                    .bind("event", addition.eventId)
                    .bind("now", addition.now)
                    .add();
        }
        batch.execute();
    }

    /**
     * Takes at most so many deliveries that are due, those first that have been due longest; of a destination whose circuit
     * is open one, and that only when it is time for a probe; none while this node's lease is over.
     */
    public List<Delivery> claim(String destination, int most) {
        givenBack.write();
        Optional<String> node = lease.incarnation();
        if (node.isEmpty()) {
            return List.of();
        }
        long now = clock.millis();
        boolean any =
                database.read(handle -> Circuit.State.of(handle, destination).flow(now) != Circuit.Flow.NOTHING
                        && handle.createQuery("""
                                select exists (select 1 from delivery where destination = :destination
                                    and status = 'PENDING' and due_at <= :now)""")
                                .bind("destination", destination)
                                .bind("now", now)
                                .mapTo(Boolean.class)
                                .one());
        return any ? database.write(handle -> claimFlowing(handle, destination, most, node.get(), now)) : List.of();
    }

    /** Looks at the circuit once more: this transaction comes after all that have opened it. */
    private static List<Delivery> claimFlowing(Handle handle, String destination, int most, String node, long now) {
        return switch (Circuit.State.locked(handle, destination).flow(now)) {
            case EVERYTHING -> claim(handle, destination, most, false, node, now);
            case NOTHING -> List.of();
            case ONE_PROBE -> {
                List<Delivery> probe = claim(handle, destination, 1, true, node, now);
                if (!probe.isEmpty()) {
                    Circuit.probing(handle, destination, now + LEASE.toMillis());
                }
                yield probe;
            }
        };
    }

    private static List<Delivery> claim(
            Handle handle, String destination, int most, boolean probe, String node, long now) {
        Map<String, Claim> claims = new LinkedHashMap<>();
        handle.createQuery("""
                        update delivery set claim = claim + 1, claimed = true, claimed_by = :node, due_at = :lease
                        where rowid in (
                            select rowid from delivery where destination = :destination and status = 'PENDING'
                            and due_at <= :now order by due_at limit :most <skipLocked>)
                        returning event_id, claim, attempts""")
                .bind("lease", now + LEASE.toMillis())
                .bind("node", node)
                .bind("destination", destination)
                .bind("now", now)
                .bind("most", most)
                .map((row, context) -> new Claim(row.getString(1), row.getLong(2), row.getInt(3)))
                .forEach(claim -> claims.put(claim.eventId, claim));
        return claims.isEmpty()
                ? List.of()
                : handle.createQuery("""
                        select event_id, type, subject, sequence, created_at, event from change
                        where event_id in (<events>)""")
                        .bindList("events", InList.of(claims.keySet()))
                        .map((row, context) -> requireNonNull(claims.get(row.getString("event_id")))
                                .of(destination, row, node, probe))
                        .list();
    }

    private record Claim(String eventId, long claim, int attempts) {
        private Delivery of(String destination, ResultSet row, String node, boolean probe) throws SQLException {
            return new Delivery(
                    destination,
                    eventId,
                    row.getString("type"),
                    row.getString("subject"),
                    row.getLong("sequence"),
                    Instant.ofEpochMilli(row.getLong("created_at")),
                    row.getBytes("event"),
                    attempts,
                    claim,
                    node,
                    probe);
        }
    }

    /**
     * The destination has it: the next change of the same job is due, and this change goes on to other destinations. All of
     * that or nothing of it is written.
     *
     * @param onward the destinations whose outboxes it is put into
     * @return true, once that is committed, if it closed the destination's circuit; or fails with a {@link LedgerException},
     *     as {@link LedgerDatabase#begin} does
     */
    public CompletableFuture<Boolean> delivered(Delivery delivery, Set<String> onward) {
        return database.begin(deliveries, new Done(delivery, onward, clock.millis()))
                .thenApply(settled -> {
                    if (settled.freed || settled.closed) {
                        wake(delivery.destination());
                    }
                    onward.forEach(this::wake);
                    return settled.closed;
                });
    }

    private record Done(Delivery delivery, Set<String> onward, long now) {
        private Stream<Addition> additions() {
            return onward.stream()
                    .map(destination ->
                            new Addition(new Lane(destination, delivery.subject()), delivery.eventId(), now));
        }
    }

    /** Whether the next change of the job is due now, and whether that closed the destination's circuit. */
    private record Settled(boolean freed, boolean closed) {}

    private List<Settled> settleDelivered(Handle handle, List<Done> done) {
        List<Addition> additions = done.stream().flatMap(Done::additions).toList();
        database.lanes()
                .enter(
                        handle,
                        Stream.concat(
                                        done.stream().map(each -> lane(each.delivery)),
                                        additions.stream().map(Addition::lane))
                                .toList());
        if (!additions.isEmpty()) {
            add(handle, additions);
        }
        PreparedBatch settling = handle.prepareBatch("""
                update delivery set status = 'DELIVERED', claimed = false, claimed_by = null, due_at = null, error = null,
                    updated_at = :now
                where destination = :destination and event_id = :event and claim = :claim""");
        done.forEach(
                each -> bindClaim(settling, each.delivery).bind("now", each.now).add());
        int[] settled = settling.execute();
        PreparedBatch freeing = handle.prepareBatch(FREE_NEXT);
        done.forEach(each ->
                bindLane(freeing, lane(each.delivery)).bind("now", each.now).add());
        int[] freed = freeing.execute();
        Set<String> looked = new HashSet<>();
        List<Settled> results = new ArrayList<>();
        for (int i = 0; i < settled.length; i++) {
            String destination = done.get(i).delivery.destination();
            boolean closed = settled[i] == 1 && looked.add(destination) && Circuit.alive(handle, destination);
            results.add(new Settled(settled[i] == 1 && freed[i] == 1, closed));
        }
        return results;
    }

    /**
     * The attempt failed. What that comes to depends on the failure and on how the destination has been doing; a change that
     * could not be routed is always tried again.
     *
     * @param wait until the next attempt if this one counts, empty if there is none left
     */
    public Outcome failed(Delivery delivery, DeliveryFailure failure, Optional<Duration> wait) {
        long now = clock.millis();
        Outcome outcome = database.write(handle -> {
            enter(handle, delivery);
            return holds(handle, delivery)
                    ? failed(handle, delivery, failure, wait, now)
                    : new Outcome(Fate.GIVEN_BACK, Turn.NONE);
        });
        if (outcome.fate() == Fate.DEAD || outcome.turn() == Turn.CLOSED) {
            wake(delivery.destination());
        }
        return outcome;
    }

    private Outcome failed(
            Handle handle, Delivery delivery, DeliveryFailure failure, Optional<Duration> wait, long now) {
        Circuit.State before = Circuit.State.locked(handle, delivery.destination());
        boolean routing = delivery.destination().equals(CHANGES);
        boolean counts = !routing && !before.open() && !before.disabled() && !delivery.probe();
        return switch (routing ? Consequence.UNAVAILABLE : failure.consequence()) {
            case REFUSED -> {
                boolean closed = Circuit.alive(handle, delivery.destination());
                Fate fate = count(handle, delivery, failure, wait, now);
                yield new Outcome(fate, closed ? Turn.CLOSED : Turn.NONE);
            }
            case UNAVAILABLE, SLOW_DOWN -> {
                Turn turn = circuit.unavailable(handle, delivery, before, failure, now);
                Fate fate = counts
                        ? count(handle, delivery, failure, wait, now)
                        : giveBack(handle, delivery, failure.error(), now);
                yield new Outcome(fate, turn);
            }
            case WAIT -> {
                Turn turn = circuit.waits(handle, delivery, before, failure, now);
                yield new Outcome(giveBack(handle, delivery, failure.error(), now), turn);
            }
            case DISABLE -> {
                Turn turn = Circuit.disable(handle, delivery.destination(), failure.error());
                yield new Outcome(giveBack(handle, delivery, failure.error(), now), turn);
            }
        };
    }

    /** The attempt counts: another follows after the wait, or the delivery is dead. */
    private Fate count(Handle handle, Delivery delivery, DeliveryFailure failure, Optional<Duration> wait, long now) {
        if (wait.isPresent()) {
            putOff(handle, delivery, failure.error(), 1, now + wait.get().toMillis(), now);
            return Fate.RETRIED;
        }
        bury(handle, delivery, failure.error(), now);
        return Fate.DEAD;
    }

    private static void bury(Handle handle, Delivery delivery, String error, long now) {
        bindClaim(handle.createUpdate("""
                        update delivery set status = 'DEAD', claimed = false, claimed_by = null, due_at = null,
                            error = :error, attempts = attempts + 1, updated_at = :now
                        where destination = :destination and event_id = :event and claim = :claim"""), delivery)
                .bind("error", error)
                .bind("now", now)
                .execute();
        freeNext(handle, lane(delivery), now);
        Circuit.nothingToDeliver(handle, delivery.destination());
    }

    /** The next probe takes another delivery, if another is due by then; and what cannot be routed now, cannot at once. */
    private Fate giveBack(Handle handle, Delivery delivery, String error, long now) {
        boolean later = delivery.probe() || delivery.destination().equals(CHANGES);
        long due = later ? now + circuit.probeEvery().toMillis() : now;
        putOff(handle, delivery, error, 0, due, now);
        return Fate.GIVEN_BACK;
    }

    /** False where the claim has run out: somebody else has taken the delivery since. */
    private static boolean holds(Handle handle, Delivery delivery) {
        return bindClaim(handle.createQuery("""
                        select exists (select 1 from delivery where destination = :destination and event_id = :event
                            and claim = :claim and claimed)"""), delivery).mapTo(Boolean.class).one();
    }

    private static <S extends SqlStatement<S>> S bindClaim(S statement, Delivery delivery) {
        return statement
                .bind("destination", delivery.destination())
                .bind("event", delivery.eventId())
                .bind("claim", delivery.claim());
    }

    private static <S extends SqlStatement<S>> S bindLane(S statement, Lane lane) {
        return statement.bind("destination", lane.destination()).bind("subject", lane.subject());
    }

    private static Lane lane(Delivery delivery) {
        return new Lane(delivery.destination(), delivery.subject());
    }

    private void enter(Handle handle, Delivery delivery) {
        database.lanes().enter(handle, List.of(lane(delivery)));
    }

    /** A delivery that was claimed before an earlier one was redelivered now waits for that one. */
    private static void putOff(
            Handle handle, Delivery delivery, @Nullable String error, int attempts, long due, long now) {
        bindClaim(handle.createUpdate("""
                        update delivery set claimed = false, claimed_by = null, error = coalesce(:error, error), attempts = attempts + :attempts,
                            updated_at = :now,
                            due_at = case when exists (
                                select 1 from delivery e where e.destination = :destination and e.subject = :subject
                                and e.status = 'PENDING' and e.sequence < :sequence) then null else :due end
                        where destination = :destination and event_id = :event and claim = :claim"""), delivery)
                .bind("error", error)
                .bind("attempts", attempts)
                .bind("due", due)
                .bind("now", now)
                .bind("subject", delivery.subject())
                .bind("sequence", delivery.sequence())
                .execute();
        freeNext(handle, lane(delivery), now);
    }

    /** Makes the first pending change of the lane due, unless it is. */
    static void freeNext(Handle handle, Lane lane, long now) {
        bindLane(handle.createUpdate(FREE_NEXT), lane).bind("now", now).execute();
    }

    /**
     * Makes a claimed delivery due again, if the claim is still its last one, and counts no attempt; where the ledger cannot be
     * written now, as soon as it can be.
     */
    public void giveBack(Delivery delivery) {
        givenBack.add(List.of(delivery));
    }

    private void makeDue(List<Delivery> deliveries) {
        long now = clock.millis();
        database.write(handle -> {
            database.lanes().enter(handle, deliveries.stream().map(Outbox::lane).toList());
            for (Delivery delivery : deliveries) {
                if (holds(handle, delivery)) {
                    putOff(handle, delivery, null, 0, now, now);
                    if (delivery.probe()) {
                        Circuit.probeGivenBack(handle, delivery.destination(), now);
                    }
                }
            }
            return null;
        });
    }

    /** Why nothing is sent to the destination until somebody enables it; empty if it is not disabled. */
    public Optional<String> disabled(String destination) {
        return database.read(handle -> handle.createQuery("select disabled from destination where name = :name")
                .bind("name", destination)
                .mapTo(String.class)
                .findOne());
    }

    /** How many deliveries a destination has in each status. */
    public record Count(String destination, String status, long deliveries) {}

    /** Reads all of them, so it is for the end of a small run. */
    public List<Count> counts() {
        return database.read(handle -> handle.createQuery(
                        "select destination, status, count(*) from delivery group by destination, status order by 1, 2")
                .map((row, context) -> new Count(row.getString(1), row.getString(2), row.getLong(3)))
                .list());
    }

    /** The destinations that deliveries are on their way to; those that are disabled owe nothing. */
    public Set<String> owing() {
        return database.read(
                handle -> handle.createQuery("""
                        select r.name from recipient r
                        where exists (select 1 from delivery d where d.destination = r.name and d.status = 'PENDING')
                            and not exists (select 1 from destination x where x.name = r.name and x.disabled is not null)""").mapTo(String.class).set());
    }

    /** The destinations that have a delivery in that status. */
    public Set<String> destinations(Deliveries.Status status) {
        return database.read(handle ->
                handle.createQuery("""
                        select r.name from recipient r
                        where exists (select 1 from delivery d where d.destination = r.name and d.status = '%s')""".formatted(status)).mapTo(String.class).set());
    }
}
