package io.jobrelay.ledger;

import io.jobrelay.job.Event;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * What the transaction under way announces. It is written last: each change takes the next position, and from then until the
 * commit nobody else can take one. So positions have no gaps, and whoever has read up to one has missed nothing before it.
 */
final class ChangeLog {
    private final Lanes lanes;
    private final List<Entry> entries = new ArrayList<>();

    ChangeLog(Lanes lanes) {
        this.lanes = lanes;
    }

    private record Entry(
            Event event, long sequence, @Nullable String state, long now) {}

    /**
     * To be called by the writer, in the transaction that makes the change.
     *
     * @param state of the job, null where no job has changed
     * @param now the ledger's time
     */
    void add(Event event, long sequence, @Nullable String state, long now) {
        entries.add(new Entry(event, sequence, state, now));
    }

    /** Writes what was added, and the first delivery of each, to the router. */
    void write(Handle handle) {
        if (entries.isEmpty()) {
            return;
        }
        lanes.enter(
                handle,
                entries.stream()
                        .map(entry -> new Lane(Outbox.CHANGES, entry.event.subject()))
                        .toList());
        long position =
                handle.createQuery("update change_position set newest = newest + :more where id = 1 returning newest")
                                .bind("more", entries.size())
                                .mapTo(Long.class)
                                .one()
                        - entries.size();
        PreparedBatch changes = handle.prepareBatch("""
                insert into change (position, event_id, subject, sequence, type, state, event, created_at, event_time)
                values (:position, :id, :subject, :sequence, :type, :state, :event, :now, :time)""");
        for (Entry entry : entries) {
            position++;
            changes.bind("position", position)
                    .bind("id", entry.event.id())
                    .bind("subject", entry.event.subject())
                    .bind("sequence", entry.sequence)
                    .bind("type", entry.event.type())
                    .bind("state", entry.state)
                    .bind("event", entry.event.bytes())
                    .bind("now", entry.now)
                    .bind("time", entry.event.time().toEpochMilli())
                    .add();
        }
        changes.execute();
        Outbox.add(
                handle,
                entries.stream()
                        .map(entry -> new Outbox.Addition(
                                new Lane(Outbox.CHANGES, entry.event.subject()), entry.event.id(), entry.now))
                        .toList());
        forget();
    }

    /** Nothing of it was written. */
    void forget() {
        entries.clear();
    }
}
