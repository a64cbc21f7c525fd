package io.jobrelay.ledger;

import io.jobrelay.job.Event;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** What the transaction under way announces, in order. It is written last. */
final class ChangeLog {
    private final List<Entry> entries = new ArrayList<>();

    private record Entry(
            String account,
            Event event,
            long sequence,
            @Nullable String state,
            long now) {}

    /**
     * To be called by the writer, in the transaction that makes the change.
     *
     * @param account of the job or the watch that changes
     * @param state of the job, null where no job has changed
     * @param now the ledger's time
     */
    void add(String account, Event event, long sequence, @Nullable String state, long now) {
        entries.add(new Entry(account, event, sequence, state, now));
    }

    /** Writes what was added, for the router to read. */
    void write(Handle handle) {
        if (entries.isEmpty()) {
            return;
        }
        PreparedBatch changes = handle.prepareBatch("""
                insert into change (account, event_id, subject, sequence, type, state, event, created_at, event_time)
                values (:account, :id, :subject, :sequence, :type, :state, :event, :now, :time)""");
        for (Entry entry : entries) {
            changes.bind("account", entry.account)
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
        forget();
    }

    /** Nothing of it was written. */
    void forget() {
        entries.clear();
    }
}
