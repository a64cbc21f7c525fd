package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import io.jobrelay.job.Change;
import io.jobrelay.job.Event;
import io.jobrelay.job.HealthChange;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;

/**
 * Turns a change into its event: the bytes are final, and the first delivery, to the router, is made in the transaction that
 * the change is made in, which is the one under way.
 */
public final class Announcements {
    private final ChangeLog changes;
    private final String instance;
    private final Clock wall;
    private final Supplier<String> eventIds;

    /**
     * @param instance the name in the source of every event
     * @param wall the machine's clock, by which events are dated
     * @param eventIds unique and without dots
     */
    public Announcements(LedgerDatabase database, String instance, Clock wall, Supplier<String> eventIds) {
        this.changes = database.changes();
        this.instance = instance;
        this.wall = wall;
        this.eventIds = eventIds;
    }

    /**
     * @param now the ledger's time
     */
    void announce(Change change, long now) {
        long sequence = requireNonNull(change.job().sequence(), "a change is numbered");
        Event event = Event.of(eventIds.get(), instance, change, time());
        changes.add(
                change.job().provider().account(),
                event,
                sequence,
                change.job().state().name(),
                now);
    }

    /**
     * @param sequence which change of the watch's health it is, from 1
     * @param now the ledger's time
     */
    void announce(HealthChange change, long sequence, long now) {
        Event event = Event.of(eventIds.get(), instance, change, sequence, time());
        changes.add(change.watch().account(), event, sequence, null, now);
    }

    /** No finer than the ledger keeps it. */
    private Instant time() {
        return wall.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
