package io.jobrelay.ledger;

import static java.util.stream.Collectors.toSet;

import io.jobrelay.ledger.Deliveries.Status;
import io.jobrelay.ledger.Redelivery.Selection;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * Takes what is not delivered out of an outbox, pending or dead: into the outbox of another destination, or out of the ledger.
 * Of {@link Outbox#CHANGES} it takes events that are not routed. Works beside a running Jobrelay, which notices by itself.
 */
public final class Removal {
    private static final int AT_ONCE = 1_000;
    private static final int MOST = 10_000;

    private static final String DELIVERIES =
            "from delivery d <crossJoin> change c on c.position = d.change where d.status = '%s' and d.destination = :destination and "
                    + Deliveries.IN_TIME;
    private static final String UNROUTED = "from change c where not c.routed and " + Deliveries.IN_TIME;

    private final LedgerDatabase database;

    public Removal(LedgerDatabase database) {
        this.database = database;
    }

    /**
     * What was taken out.
     *
     * @param deliveries how many
     * @param more true if some may be left
     */
    public record Removed(int deliveries, boolean more) {}

    /** How many would be taken out; the selection names a destination. */
    public long count(Selection selection) {
        return database.read(handle -> {
            if (Outbox.CHANGES.equals(selection.destination())) {
                return one(handle.createQuery("select count(*) " + UNROUTED).bindMethods(selection));
            }
            return Stream.of(Status.PENDING, Status.DEAD)
                    .mapToLong(status -> one(handle.createQuery("select count(*) " + DELIVERIES.formatted(status))
                            .bindMethods(selection)))
                    .sum();
        });
    }

    private static long one(Query query) {
        return query.mapTo(Long.class).one();
    }

    /**
     * Takes out the selected ones, some thousand at most.
     *
     * @param selection names a destination
     * @param to another destination that gets them, null for none
     */
    public Removed remove(Selection selection, @Nullable String to) {
        String from = String.valueOf(selection.destination());
        int all = 0;
        for (Status status : List.of(Status.PENDING, Status.DEAD)) {
            for (List<Long> some = some(selection, status); !some.isEmpty(); some = some(selection, status)) {
                all += remove(from, some, to);
                if (all >= MOST) {
                    return new Removed(all, true);
                }
            }
        }
        return new Removed(all, false);
    }

    /** Takes out the one of that id; false if there is none that is pending or dead. */
    public boolean remove(String id, @Nullable String to) {
        int dot = id.indexOf('.');
        String from = id.substring(0, Math.max(dot, 0));
        List<Long> found = database.read(handle -> handle.createQuery(
                        from.equals(Outbox.CHANGES)
                                ? "select position from change where event_id = :event and not routed"
                                : """
                                select d.rowid from change c <crossJoin> delivery d on d.change = c.position
                                where c.event_id = :event and d.destination = :destination and d.status <> 'DELIVERED'""")
                .bind("event", id.substring(dot + 1))
                .bind("destination", from)
                .mapTo(Long.class)
                .list());
        return !found.isEmpty() && remove(from, found, to) == 1;
    }

    /** Events of the router are in no status. */
    private List<Long> some(Selection selection, Status status) {
        boolean events = Outbox.CHANGES.equals(selection.destination());
        return database.read(handle -> handle.createQuery(
                        events
                                ? "select c.position " + UNROUTED + " order by c.age limit :most"
                                : "select d.rowid " + DELIVERIES.formatted(status)
                                        + " order by d.age, d.rowid limit :most")
                .bindMethods(selection)
                .bind("most", AT_ONCE)
                .mapTo(Long.class)
                .list());
    }

    private int remove(String from, List<Long> rows, @Nullable String to) {
        boolean events = from.equals(Outbox.CHANGES);
        if (to != null) {
            database.writeApart(
                    handle -> handle.execute("insert into destination (name) values (?) on conflict do nothing", to));
        }
        Stream<Shard> left = events ? accounts(rows).stream() : Stream.of(Shard.destination(from));
        Stream<Shard> reached = Stream.ofNullable(to).map(Shard::destination);
        return database.edit(
                Stream.concat(left, reached).collect(toSet()),
                handle -> events ? events(handle, rows, to) : deliveries(handle, rows, to));
    }

    private Set<Shard> accounts(List<Long> changes) {
        return database.read(
                handle -> handle.createQuery("select distinct account from change where position in (<rows>)")
                        .bindList("rows", InList.of(changes))
                        .mapTo(String.class)
                        .map(Shard::account)
                        .collect(toSet()));
    }

    private int events(Handle handle, List<Long> rows, @Nullable String to) {
        put(
                handle,
                rows,
                to,
                "select :to, position, subject, sequence, 'PENDING', :now from change where not routed and position",
                "position");
        return update(handle, rows, "update change set routed = true, error = null where not routed and position");
    }

    private int deliveries(Handle handle, List<Long> rows, @Nullable String to) {
        put(
                handle,
                rows,
                to,
                "select :to, change, subject, sequence, 'PENDING', :now from delivery where status <> 'DELIVERED' and rowid",
                "rowid");
        return update(handle, rows, "delete from delivery where status <> 'DELIVERED' and rowid");
    }

    /** Where it is already, it stays as it is. */
    private void put(Handle handle, List<Long> rows, @Nullable String to, String selected, String order) {
        if (to != null) {
            String insert = "insert into delivery (destination, change, subject, sequence, status, updated_at) ";
            handle.createUpdate(insert + selected + " in (<rows>) order by %s on conflict do nothing".formatted(order))
                    .bindList("rows", InList.of(rows))
                    .bind("to", to)
                    .bind("now", LedgerClock.livedTo(handle))
                    .execute();
        }
    }

    private static int update(Handle handle, List<Long> rows, String sql) {
        return handle.createUpdate(sql + " in (<rows>)")
                .bindList("rows", InList.of(rows))
                .execute();
    }
}
