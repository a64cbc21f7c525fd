package io.jobrelay.ledger;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries: each destination's own, durable, in order per job. Of the changes of one job only the first that is not
 * yet settled is due at a destination; the others wait for it, and no other job waits for them.
 */
public final class Outbox {
    /** The outbox that every change goes into first; the router reads it. */
    public static final String CHANGES = "changes";

    /** The status of a delivery that has used up its attempts. */
    public static final String DEAD = "DEAD";

    /** How long a claimed delivery is left alone if nothing is heard of it; far longer than an attempt may take. */
    private static final Duration LEASE = Duration.ofMinutes(5);

    private final LedgerDatabase database;
    private final Clock clock;
    private final List<Runnable> readers = new CopyOnWriteArrayList<>();

    public Outbox(LedgerDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
        // Whoever held a claim before this process has ended with it.
        database.write(handle -> handle.execute(
                "update delivery set due_at = ?, claimed = 0"
                        + " where claimed = 1 and status = 'PENDING' and due_at is not null",
                clock.millis()));
        // Whoever starts Jobrelay anew has seen to what disabled a destination; if not, it is disabled again.
        database.write(handle -> handle.execute("update destination set disabled = null"));
    }

    /** Calls the reader whenever something may have become due. */
    public void addReader(Runnable reader) {
        readers.add(reader);
    }

    public void removeReader(Runnable reader) {
        readers.remove(reader);
    }

    void wake() {
        readers.forEach(Runnable::run);
    }

    /** Puts the change into a destination's outbox; putting it there again does nothing. */
    public void add(String destination, String eventId) {
        database.write(handle -> {
            add(handle, destination, eventId, clock.millis());
            return null;
        });
        wake();
    }

    static void add(Handle handle, String destination, String eventId, long now) {
        handle.createUpdate("""
                        insert into delivery (destination, event_id, subject, sequence, status, due_at, updated_at)
                        select :destination, c.event_id, c.subject, c.sequence, 'PENDING',
                            case when exists (
                                select 1 from delivery d where d.destination = :destination
                                and d.subject = c.subject and d.status = 'PENDING') then null else :now end,
                            :now
                        from change c where c.event_id = :event
                        on conflict do nothing""")
                .bind("destination", destination)
                .bind("event", eventId)
                .bind("now", now)
                .execute();
    }

    /** Takes at most so many deliveries that are due, those first that have been due longest. */
    public List<Delivery> claim(String destination, int most) {
        long now = clock.millis();
        boolean any = database.read(handle -> handle.createQuery("""
                        select exists (select 1 from delivery where destination = :destination
                            and status = 'PENDING' and due_at <= :now)
                        and not exists (select 1 from destination where name = :destination
                            and (disabled is not null or paused_until > :now))""")
                .bind("destination", destination)
                .bind("now", now)
                .mapTo(Boolean.class)
                .one());
        return any ? database.write(handle -> claim(handle, destination, most, now)) : List.of();
    }

    private static List<Delivery> claim(Handle handle, String destination, int most, long now) {
        List<Map.Entry<String, Long>> claims = handle.createQuery("""
                        update delivery set claim = claim + 1, claimed = 1, due_at = :lease
                        where rowid in (
                            select rowid from delivery where destination = :destination and status = 'PENDING'
                            and due_at <= :now order by due_at limit :most)
                        returning event_id, claim""")
                .bind("lease", now + LEASE.toMillis())
                .bind("destination", destination)
                .bind("now", now)
                .bind("most", most)
                .map((row, context) -> Map.entry(row.getString(1), row.getLong(2)))
                .list();
        List<Delivery> claimed = new ArrayList<>();
        for (Map.Entry<String, Long> claim : claims) {
            claimed.add(handle.createQuery("""
                            select d.attempts, c.type, c.subject, c.sequence, c.event
                            from delivery d join change c on c.event_id = d.event_id
                            where d.destination = :destination and d.event_id = :event""")
                    .bind("destination", destination)
                    .bind("event", claim.getKey())
                    .map((row, context) -> new Delivery(
                            destination,
                            claim.getKey(),
                            row.getString("type"),
                            row.getString("subject"),
                            row.getLong("sequence"),
                            row.getBytes("event"),
                            row.getInt("attempts"),
                            claim.getValue()))
                    .one());
        }
        return claimed;
    }

    /** The destination has it: the next change of the same job is due. */
    public void delivered(Delivery delivery) {
        settle(delivery, "DELIVERED", null);
    }

    /** No further attempt is made; it is kept, and the next change of the same job is due. */
    public void dead(Delivery delivery, String error) {
        settle(delivery, DEAD, error);
    }

    private void settle(Delivery delivery, String status, @Nullable String error) {
        long now = clock.millis();
        boolean freed = database.write(handle -> {
            int settled = handle.createUpdate("""
                            update delivery set status = :status, claimed = 0, due_at = null, error = :error,
                                attempts = attempts + :failed, updated_at = :now
                            where destination = :destination and event_id = :event and claim = :claim""")
                    .bind("status", status)
                    .bind("error", error)
                    .bind("failed", error == null ? 0 : 1)
                    .bind("now", now)
                    .bind("destination", delivery.destination())
                    .bind("event", delivery.eventId())
                    .bind("claim", delivery.claim())
                    .execute();
            return settled == 1 && freeNext(handle, delivery, now);
        });
        if (freed) {
            wake();
        }
    }

    private static boolean freeNext(Handle handle, Delivery settled, long now) {
        return handle.createUpdate("""
                        update delivery set due_at = :now
                        where destination = :destination and due_at is null and event_id = (
                            select event_id from delivery where destination = :destination and subject = :subject
                            and status = 'PENDING' order by sequence limit 1)""")
                        .bind("now", now)
                        .bind("destination", settled.destination())
                        .bind("subject", settled.subject())
                        .execute()
                > 0;
    }

    /** The attempt failed; the delivery is due again after the wait. */
    public void retry(Delivery delivery, String error, Duration wait) {
        long now = clock.millis();
        database.write(handle -> handle.createUpdate("""
                        update delivery set claimed = 0, due_at = :due, error = :error, attempts = attempts + 1,
                            updated_at = :now
                        where destination = :destination and event_id = :event and claim = :claim""")
                .bind("due", now + wait.toMillis())
                .bind("error", error)
                .bind("now", now)
                .bind("destination", delivery.destination())
                .bind("event", delivery.eventId())
                .bind("claim", delivery.claim())
                .execute());
    }

    /** Gives a delivery back untried: it is due at once, and no attempt is counted. */
    public void giveBack(Delivery delivery) {
        long now = clock.millis();
        database.write(handle -> handle.createUpdate("""
                        update delivery set claimed = 0, due_at = :now
                        where destination = :destination and event_id = :event and claim = :claim""")
                .bind("now", now)
                .bind("destination", delivery.destination())
                .bind("event", delivery.eventId())
                .bind("claim", delivery.claim())
                .execute());
    }

    /** Nothing is taken from the destination's outbox until then, or later where a longer pause was asked for. */
    public void pause(String destination, Instant until) {
        database.write(handle -> handle.createUpdate("""
                        insert into destination (name, paused_until) values (:name, :until)
                        on conflict (name) do update set
                            paused_until = max(coalesce(paused_until, 0), excluded.paused_until)""")
                .bind("name", destination)
                .bind("until", until.toEpochMilli())
                .execute());
    }

    /** Nothing is taken from the destination's outbox until the next start. */
    public void disable(String destination, String reason) {
        database.write(handle -> handle.createUpdate("""
                        insert into destination (name, disabled) values (:name, :reason)
                        on conflict (name) do update set disabled = excluded.disabled""")
                .bind("name", destination)
                .bind("reason", reason)
                .execute());
    }

    /** How many deliveries a destination has in each status. */
    public record Count(String destination, String status, long deliveries) {}

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
                        select distinct d.destination from delivery d where d.status = 'PENDING' and not exists (
                            select 1 from destination x where x.name = d.destination and x.disabled is not null)""").mapTo(String.class).set());
    }

    /** Forgets deliveries that were settled before that time, and changes that have no delivery left. */
    public int forget(Instant before) {
        return database.write(handle -> {
            handle.execute("delete from delivery where status = 'DELIVERED' and updated_at < ?", before.toEpochMilli());
            return handle.execute("""
                            delete from change where created_at < ? and not exists (
                                select 1 from delivery d where d.event_id = change.event_id)""", before.toEpochMilli());
        });
    }
}
