package io.jobrelay.ledger;

import static java.util.Comparator.naturalOrder;

import io.jobrelay.ledger.History.Place;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToIntFunction;
import org.jdbi.v3.core.Handle;

/**
 * Deletes what is over and kept no longer: some thousand rows at once, so that polls and deliveries, which have the same writer, go
 * on in between. Call each again until it gives 0.
 */
public final class Purge {
    private static final int AT_ONCE = 1_000;

    private static final int WALKED_AT_ONCE = 250;
    /** Of a watch that a file names the row stays, or it would be polled anew. */
    private static final String UNNAMED = "(state = 'REMOVED' or source = '%s')".formatted(Watches.FROM_API);

    private final LedgerDatabase database;
    private final LedgerClock clock;
    private volatile Walked walked = new Walked(0, 0);

    /** A change that went somewhere goes with its last delivery, so those before this one need not be looked at again. */
    private record Walked(long created, long position) {}

    public Purge(LedgerDatabase database, LedgerClock clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * Deletes deliveries that were made before that time, and each change with its last delivery, or once it is as old and went
     * nowhere. Dead ones are kept.
     *
     * @return how many deliveries and changes were looked at
     */
    public int deliveries(Instant before) {
        AtomicReference<Walked> next = new AtomicReference<>(walked);
        int looked = alone(handle -> {
            List<Long> changes = new ArrayList<>();
            for (String destination : Destinations.names(handle)) {
                changes.addAll(handle.createQuery("""
                                delete from delivery where rowid in (
                                    select rowid from delivery
                                    where destination = :destination and status = 'DELIVERED' and updated_at < :before
                                    order by updated_at limit :most)
                                returning change""")
                        .bind("destination", destination)
                        .bind("before", before.toEpochMilli())
                        .bind("most", AT_ONCE - changes.size())
                        .mapTo(Long.class)
                        .list());
            }
            List<Walked> old = handle.createQuery("""
                            select created_at, position from change
                            where (created_at, position) > (:created, :position) and created_at < :before
                            order by created_at, position limit :most""")
                    .bind("created", walked.created)
                    .bind("position", walked.position)
                    .bind("before", before.toEpochMilli())
                    .bind("most", WALKED_AT_ONCE)
                    .map((row, context) -> new Walked(row.getLong(1), row.getLong(2)))
                    .list();
            old.forEach(each -> changes.add(each.position));
            deleteUndelivered(handle, changes);
            if (!old.isEmpty()) {
                next.set(old.get(old.size() - 1));
            }
            return changes.size();
        });
        walked = next.get();
        return looked;
    }

    /** Each is looked for by itself: PostgreSQL would join all deliveries to "not exists". */
    private static void deleteUndelivered(Handle handle, List<Long> changes) {
        if (changes.isEmpty()) {
            return;
        }
        handle.createQuery("""
                        delete from change where position in (<changes>) and routed
                            and (select min(d.change) from delivery d where d.change = change.position) is null
                        returning age, position""").bindList("changes", InList.of(changes)).map((row, context) -> Place.of(row)).stream()
                .max(naturalOrder())
                .ifPresent(last -> handle.createUpdate("""
                                update ledger_time set purged_age = :age, purged_position = :position
                                where (purged_age, purged_position) < (:age, :position)""")
                        .bind("age", last.age())
                        .bind("position", last.position())
                        .execute());
    }

    /**
     * Deletes watches that ended or were removed before that time, their jobs and the replies that were kept of them. What a
     * change is kept of stays as long, since its sequence goes on; it is looked at again in time.
     *
     * @return how many watches and jobs were looked at
     */
    public int watches(Instant before) {
        return alone(handle -> {
            List<String> over = handle.createQuery("""
                            select id from watch where state <> 'ACTIVE' and due_at < :before
                            order by due_at limit :most""")
                    .bind("before", before.toEpochMilli())
                    .bind("most", AT_ONCE)
                    .mapTo(String.class)
                    .list();
            if (over.isEmpty()) {
                return 0;
            }
            List<String> jobs = handle.createQuery("""
                            select j.id from job j where j.watch_id in (<watches>)
                                and not exists (select 1 from change c where c.subject = j.id)
                            limit :most""")
                    .bindList("watches", InList.of(over))
                    .bind("most", AT_ONCE)
                    .mapTo(String.class)
                    .list();
            Jobs.delete(handle, jobs);
            if (jobs.size() < AT_ONCE) {
                deleteWatches(handle, over);
            }
            return over.size() + jobs.size();
        });
    }

    private void deleteWatches(Handle handle, List<String> over) {
        for (String statement : List.of(
                "delete from unreadable_reply where watch_id in (<watches>)",
                """
                delete from watch where id in (<watches>) and %s
                    and not exists (select 1 from job j where j.watch_id = watch.id)
                    and not exists (select 1 from change c where c.subject = 'watch/' || watch.id)""".formatted(UNNAMED),
                "update watch set due_at = %d where id in (<watches>)".formatted(clock.millis()))) {
            handle.createUpdate(statement).bindList("watches", InList.of(over)).execute();
        }
    }

    /** Of two nodes that delete the last two deliveries of a change neither would delete the change. */
    private int alone(ToIntFunction<Handle> work) {
        return database.write(handle -> {
            Optional<Integer> mine = handle.createQuery("select id from ledger_time <skipLocked>")
                    .mapTo(Integer.class)
                    .findOne();
            return mine.isPresent() ? work.applyAsInt(handle) : 0;
        });
    }
}
