package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.result.ResultIterator;
import org.jdbi.v3.core.statement.Query;

/**
 * The changes that are kept, in the order of their commits. That order is the order of their positions because whoever writes
 * some holds the newest position until they are committed: a change that is not yet has no lower position than one that is.
 */
public final class History {
    /** A page ends behind the change that fills it, since the provider's own words in a change may be long. */
    private static final int PAGE_BYTES = 2 * 1024 * 1024;

    private final LedgerDatabase database;

    public History(LedgerDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /** A change: its event, as every destination receives it. */
    @SuppressWarnings("ArrayRecordComponent") // the bytes are what is sent, nobody compares entries
    public record Entry(long position, long sequence, String type, byte[] event) {
        public Entry {
            requireNonNull(type, "type is null");
            requireNonNull(event, "event is null");
        }
    }

    /** At most so many changes behind that position; none only if there is none. */
    public List<Entry> after(long position, int limit) {
        return database.read(handle ->
                page(handle.createQuery("""
                        select position, sequence, type, event from change
                        where position > :position order by position limit :limit""").bind("position", position).bind("limit", limit)));
    }

    /** At most so many changes of the subject behind that sequence; none only if there is none. */
    public List<Entry> of(String subject, long sequence, int limit) {
        return database.read(handle -> page(handle.createQuery("""
                        select position, sequence, type, event from change
                        where subject = :subject and sequence > :sequence order by sequence limit :limit""")
                .bind("subject", subject)
                .bind("sequence", sequence)
                .bind("limit", limit)));
    }

    private static List<Entry> page(Query query) {
        List<Entry> entries = new ArrayList<>();
        try (ResultIterator<Entry> rows = query.map((row, context) -> new Entry(
                        row.getLong("position"), row.getLong("sequence"), row.getString("type"), row.getBytes("event")))
                .iterator()) {
            long bytes = 0;
            while (bytes < PAGE_BYTES && rows.hasNext()) {
                Entry entry = rows.next();
                entries.add(entry);
                bytes += entry.event().length;
            }
        }
        return entries;
    }

    /** The position of the newest change there ever was, 0 before the first. */
    public long newest() {
        return database.read(handle -> handle.createQuery("select newest from change_position")
                .mapTo(Long.class)
                .one());
    }

    /** True if every change behind that position is still there, and that position is of this ledger. */
    public boolean completeAfter(long position) {
        return database.read(handle -> handle.createQuery("""
                        select (select count(*) from change where position > :position) = newest - :position
                        from change_position""")
                .bind("position", position)
                .mapTo(Boolean.class)
                .one());
    }
}
