package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import io.jobrelay.job.Change;
import io.jobrelay.job.Event;
import io.jobrelay.job.HealthChange;
import java.time.Clock;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/**
 * Turns a change into its event: the bytes are final, and the first delivery, to the router, is made in the transaction that
 * the change is made in.
 */
public final class Announcements {
    private final String instance;
    private final Clock wall;
    private final Supplier<String> eventIds;

    /**
     * @param instance the name in the source of every event
     * @param wall the machine's clock, by which events are dated
     * @param eventIds unique and without dots
     */
    public Announcements(String instance, Clock wall, Supplier<String> eventIds) {
        this.instance = instance;
        this.wall = wall;
        this.eventIds = eventIds;
    }

    /**
     * @param now the ledger's time
     */
    void announce(Handle handle, Change change, long now) {
        long sequence = requireNonNull(change.job().sequence(), "a change is numbered");
        append(handle, Event.of(eventIds.get(), instance, change, wall.instant()), sequence, now);
    }

    /**
     * @param sequence which change of the watch's health it is, from 1
     * @param now the ledger's time
     */
    void announce(Handle handle, HealthChange change, long sequence, long now) {
        append(handle, Event.of(eventIds.get(), instance, change, sequence, wall.instant()), sequence, now);
    }

    private static void append(Handle handle, Event event, long sequence, long now) {
        handle.createUpdate("""
                        insert into change (event_id, subject, sequence, type, event, created_at)
                        values (:id, :subject, :sequence, :type, :event, :now)""")
                .bind("id", event.id())
                .bind("subject", event.subject())
                .bind("sequence", sequence)
                .bind("type", event.type())
                .bind("event", event.bytes())
                .bind("now", now)
                .execute();
        Outbox.add(handle, Outbox.CHANGES, event.id(), now);
    }
}
