package io.jobrelay.ledger;

import static java.util.Comparator.naturalOrder;

import io.jobrelay.ledger.History.Place;
import io.jobrelay.ledger.Shard.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.Nested;

/**
 * Deletes what is over and kept no longer, a thousand rows in a transaction, so that polls and deliveries, which have the same
 * writer, go on in between. What is of an account is deleted by the node that owns it.
 */
public final class Purge {
    private static final int AT_ONCE = 1_000;
    /** The row of a watch that a file names stays, or the watch would be polled again. */
    private static final String UNNAMED = "(state = 'REMOVED' or source = '%s')".formatted(Watches.FROM_API);

    private final LedgerDatabase database;
    private final LedgerClock clock;
    private final Leases leases;
    private final BooleanSupplier stopping;

    /**
     * @param stopping true to leave what is left for another time
     */
    public Purge(LedgerDatabase database, LedgerClock clock, Leases leases, BooleanSupplier stopping) {
        this.database = database;
        this.clock = clock;
        this.leases = leases;
        this.stopping = stopping;
    }

    /**
     * Deletes what has been over for longer than it is kept.
     *
     * @param deliveries how long deliveries and changes are kept
     * @param watches how long watches and their jobs are kept; zero for ever
     */
    public void expired(Duration deliveries, Duration watches) {
        Instant now = clock.instant();
        deliveries(now.minus(deliveries));
        if (!watches.isZero()) {
            watches(now.minus(watches));
        }
    }

    /** Deletes deliveries that were made before that time, and changes that are as old and have none left. Dead ones are kept. */
    void deliveries(Instant before) {
        for (String destination : Destinations.names(database)) {
            // No other writes these rows; a destination that no route reads any more has no owner that could.
            repeat(() -> database.write(handle -> handle.execute("""
                            delete from delivery where rowid in (
                                select rowid from delivery
                                where destination = ? and status = 'DELIVERED' and updated_at < ?
                                order by updated_at limit ? <skipLocked>)""", destination, before, AT_ONCE)) == AT_ONCE);
        }
        forEachAccount(account -> {
            Optional<Looked> last = Optional.of(new Looked(Long.MIN_VALUE, Place.START, false));
            while (last.isPresent() && !stopping.getAsBoolean()) {
                Looked behind = last.get();
                last = database.write(account, handle -> changes(handle, account, before, behind));
            }
        });
    }

    private record Looked(long createdAt, @Nested Place place, boolean over) {}

    /**
     * Deletes some; gives the last one that was looked at, if there may be more. For "not exists" PostgreSQL might read all
     * deliveries.
     */
    private static Optional<Looked> changes(Handle handle, Lease account, Instant before, Looked behind) {
        List<Looked> some = handle.createQuery("""
                        select created_at, age, position,
                            (select min(d.change) from delivery d where d.change = c.position) is null as over
                        from change c where routed and account = :account
                            and (created_at, position) > (:created, :position) and created_at < :before
                        order by created_at, position limit :most""")
                .bind("account", account.shard().name())
                .bind("created", behind.createdAt)
                .bind("position", behind.place.position())
                .bind("before", before)
                .bind("most", AT_ONCE)
                .mapTo(Looked.class)
                .list();
        List<Place> over =
                some.stream().filter(Looked::over).map(Looked::place).sorted().toList();
        over.stream().max(naturalOrder()).ifPresent(newest -> {
            handle.createUpdate("delete from change where position in (<positions>)")
                    .bindList(
                            "positions",
                            InList.of(over.stream().map(Place::position).toList()))
                    .execute();
            handle.createUpdate("""
                            update ledger_time set purged_age = :age, purged_position = :position
                            where (purged_age, purged_position) < (:age, :position)""")
                    .bind("age", newest.age())
                    .bind("position", newest.position())
                    .execute();
        });
        return some.stream().skip(AT_ONCE - 1L).findFirst();
    }

    /**
     * Deletes watches that ended or were removed before that time, their jobs and the replies that were kept of them. While a
     * change of one is kept, so is the watch or the job, since its sequence goes on.
     */
    void watches(Instant before) {
        forEachAccount(account -> repeat(() -> database.write(account, handle -> watches(handle, account, before))));
    }

    private void repeat(BooleanSupplier deletion) {
        boolean more = true;
        while (more && !stopping.getAsBoolean()) {
            more = deletion.getAsBoolean();
        }
    }

    private boolean watches(Handle handle, Lease account, Instant before) {
        List<String> over = handle.createQuery("""
                        select id from watch where state in ('ENDED', 'REMOVED') and account = :account and due_at < :before
                        order by due_at limit :most""")
                .bind("account", account.shard().name())
                .bind("before", before)
                .bind("most", AT_ONCE)
                .mapTo(String.class)
                .list();
        if (over.isEmpty()) {
            return false;
        }
        List<String> jobs = handle.createQuery("""
                        select j.id from job j where j.watch_id in (<watches>)
                            and (select min(c.sequence) from change c where c.subject = j.id) is null
                        limit :most""")
                .bindList("watches", InList.of(over))
                .bind("most", AT_ONCE)
                .mapTo(String.class)
                .list();
        Jobs.delete(handle, jobs);
        if (jobs.size() < AT_ONCE) {
            for (String statement : List.of(
                    "delete from unreadable_reply where watch_id in (<watches>)",
                    """
                    delete from watch where id in (<watches>) and %s
                        and not exists (select 1 from job j where j.watch_id = watch.id)
                        and (select min(c.sequence) from change c where c.subject = 'watch/' || watch.id) is null""".formatted(UNNAMED),
                    "update watch set due_at = %d where id in (<watches>)".formatted(clock.millis()))) {
                handle.createUpdate(statement)
                        .bindList("watches", InList.of(over))
                        .execute();
            }
        }
        return true;
    }

    private void forEachAccount(Consumer<Lease> work) {
        for (Lease account : leases.of(Kind.ACCOUNT)) {
            try {
                work.accept(account);
            } catch (LeaseLostException e) {
                // Its new owner goes on.
            }
        }
    }
}
