package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import io.jobrelay.job.Change;
import io.jobrelay.job.Event;
import io.jobrelay.job.HealthChange;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** Turns changes into events, whose bytes are final, and writes them for the router in the transaction that makes the changes. */
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

    Batch batch(Handle handle) {
        return new Batch(handle);
    }

    /** What a transaction announces, in order. */
    final class Batch {
        private final PreparedBatch rows;

        private Batch(Handle handle) {
            rows = handle.prepareBatch("""
                    insert into change (account, event_id, subject, sequence, type, state, event, created_at, event_time)
                    values (:account, :id, :subject, :sequence, :type, :state, :event, :now, :time)""");
        }

        /**
         * @param now the ledger's time
         */
        void add(Change change, long now) {
            append(
                    Event.of(eventIds.get(), instance, change, time()),
                    change.job().provider().account(),
                    requireNonNull(change.job().sequence(), "a change is numbered"),
                    change.job().state().name(),
                    now);
        }

        /**
         * @param sequence which change of the watch's health it is, from 1
         * @param now the ledger's time
         */
        void add(HealthChange change, long sequence, long now) {
            append(
                    Event.of(eventIds.get(), instance, change, sequence, time()),
                    change.watch().account(),
                    sequence,
                    null,
                    now);
        }

        private void append(Event event, String account, long sequence, @Nullable String state, long now) {
            rows.bind("account", account)
                    .bind("id", event.id())
                    .bind("subject", event.subject())
                    .bind("sequence", sequence)
                    .bind("type", event.type())
                    .bind("state", state)
                    .bind("event", event.bytes())
                    .bind("now", now)
                    .bind("time", event.time().toEpochMilli())
                    .add();
        }

        void write() {
            if (rows.size() > 0) {
                rows.execute();
            }
        }
    }

    /** No finer than the ledger keeps it. */
    private Instant time() {
        return wall.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
