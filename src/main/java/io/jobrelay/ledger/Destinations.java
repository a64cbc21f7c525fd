package io.jobrelay.ledger;

import static java.util.stream.Collectors.toSet;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jobrelay.delivery.Circuit;
import io.jobrelay.delivery.Circuit.State;
import io.jobrelay.ledger.Deliveries.Status;
import io.jobrelay.logging.PlainLine;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/**
 * The destinations that changes were ever routed to, and how deliveries to each go. Works beside a running Jobrelay, which
 * notices by itself.
 */
public final class Destinations {
    private static final RowMapper<Circuit> CIRCUIT = ConstructorMapper.of(Circuit.class);

    private final LedgerDatabase database;
    private final Clock clock;
    private final Function<String, Optional<String>> unread;

    /**
     * Of a ledger alone: which outboxes are read is not known, only that one was never used.
     *
     * @param clock the ledger's
     */
    public Destinations(LedgerDatabase database, Clock clock) {
        this(database, clock, name -> unused(database, name));
    }

    private static Optional<String> unused(LedgerDatabase ledger, String name) {
        return name.equals(Outbox.CHANGES) || names(ledger).contains(name)
                ? Optional.empty()
                : Optional.of("%s: there were never deliveries for a destination of this name".formatted(name));
    }

    /**
     * @param clock the ledger's
     * @param unread why nothing that waits for a destination is sent, and what to do; empty if a route reads its outbox
     */
    public Destinations(LedgerDatabase database, Clock clock, Function<String, Optional<String>> unread) {
        this.database = database;
        this.clock = clock;
        this.unread = unread;
    }

    /**
     * A destination.
     *
     * @param oldestPendingTime time of the first change that waits for it, null if none does
     * @param failingSince since when nothing has got through; null while something does
     * @param nextTryTime when something is sent again at the earliest; null where nothing holds it up
     * @param error why the last delivery did not get through; null once one has; of the router, why it fails
     * @param unread why what waits for it goes nowhere, and what to do; null if nothing waits, or a route sends it
     * @param node the name of the node that works on it; null for none, and where one process has the whole ledger
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Entry(
            String name,
            State circuit,
            long pending,
            @Nullable Instant oldestPendingTime,
            long dead,
            @Nullable Instant failingSince,
            @Nullable Instant nextTryTime,
            @Nullable String error,
            @Nullable String unread,
            @Nullable String node) {}

    /** The router, as {@link Outbox#CHANGES}, and all destinations, by name. */
    public List<Entry> list() {
        Instant now = clock.instant();
        return database.read(handle -> handle.createQuery("""
                        select x.name, x.disabled, x.paused_until, x.failures, x.failing_since, x.failed_at, x.probe_at, x.error,
                            (select count(*) from delivery d
                                where d.destination = x.name and d.status = 'PENDING') as pending,
                            (select c.created_at from delivery d <crossJoin> change c on c.position = d.change
                                where d.destination = x.name and d.status = 'PENDING'
                                order by d.age, d.rowid limit 1) as oldest,
                            (select count(*) from delivery d where d.destination = x.name and d.status = 'DEAD') as dead,
                            n.name as node
                        from destination x left join lease l on l.shard = 'destination/' || x.name
                            left join node n on n.incarnation = l.owner
                        union all select 'changes', null, null, 0, null, null, null,
                            (select error from change where error is not null order by age, position limit 1),
                            (select count(*) from change where not routed),
                            (select created_at from change where not routed order by age, position limit 1), 0, null
                        order by 1""")
                .map((row, context) -> entry(row, context, now))
                .list());
    }

    private Entry entry(ResultSet row, StatementContext context, Instant now) throws SQLException {
        Circuit circuit = CIRCUIT.map(row, context);
        State state = circuit.state(now);
        long pending = row.getLong("pending");
        String error = circuit.error();
        String name = row.getString("name");
        return new Entry(
                name,
                state == State.HALF_OPEN && pending == 0 ? State.OPEN : state,
                pending,
                LedgerTypes.instant(row, "oldest"),
                row.getLong("dead"),
                circuit.failingSince(),
                circuit.nextTry(now).orElse(null),
                error == null ? null : PlainLine.of(error),
                pending == 0 ? null : unread.apply(name).orElse(null),
                row.getString("node"));
    }

    /** The destinations that nothing is sent to: what waits for them goes nowhere. */
    public Set<String> unread() {
        return names(database).stream()
                .filter(name -> unread.apply(name).isPresent())
                .collect(toSet());
    }

    /** Why nothing that is put into the outbox of that name is sent; empty if it is. */
    public Optional<String> unread(String name) {
        return unread.apply(name);
    }

    /** How many events the router has failed on, and still does. */
    public long unrouted() {
        return database.list("select count(*) from change where error is not null", Long.class)
                .get(0);
    }

    static List<String> names(LedgerDatabase database) {
        return database.list("select name from destination", String.class);
    }

    /** How many deliveries a destination has in each status. */
    public record Count(String destination, String status, long deliveries) {}

    /** Reads all of them, so it is for the end of a small run. */
    public List<Count> counts() {
        return database.read(
                handle -> handle.createQuery("""
                        select destination, status, count(*) as deliveries from delivery group by destination, status
                        union all select 'changes', 'PENDING', count(*) from change where not routed having count(*) > 0
                        order by 1, 2""").mapTo(Count.class).list());
    }

    /** The destinations, and the router, that have a delivery in that status. */
    public Set<String> having(Status status) {
        return database.read(handle -> having(handle, status, "true"));
    }

    /** The destinations, and the router, that something waits for; but for those that are disabled. */
    public Set<String> owing() {
        return database.read(handle -> having(handle, Status.PENDING, "x.disabled is null"));
    }

    private static Set<String> having(Handle handle, Status status, String which) {
        return handle.createQuery("""
                        select x.name from destination x where %2$s
                            and exists (select 1 from delivery d where d.destination = x.name and d.status = '%1$s')
                        union select 'changes'
                        where '%1$s' = 'PENDING' and exists (select 1 from change where not routed)""".formatted(status, which))
                .mapTo(String.class)
                .set();
    }

    /** Lets everything that is due go to the destination, as if it had never failed; false if nothing was held up. */
    public boolean enable(String name) {
        return database.edit(Set.of(Shard.destination(name)), handle -> handle.execute("""
                        update destination set disabled = null, paused_until = null, failures = 0, failing_since = null,
                            failed_at = null, probe_at = null, error = null
                        where name = ?
                            and (disabled is not null or probe_at is not null or paused_until is not null)""", name)) == 1;
    }
}
