package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jdbi.v3.core.result.ResultIterator;

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
        return page("position", "true", "", position, limit);
    }

    /** At most so many changes of the subject behind that sequence; none only if there is none. */
    public List<Entry> of(String subject, long sequence, int limit) {
        return page("sequence", "subject = :subject", subject, sequence, limit);
    }

    /** Measured before it is read: PostgreSQL's driver takes all of a page into memory. */
    private List<Entry> page(String key, String among, String subject, long behind, int limit) {
        return database.read(handle -> {
            long last = behind;
            try (ResultIterator<long[]> sizes = handle.createQuery("""
                            select %1$s, length(event) from change
                            where %2$s and %1$s > :behind order by %1$s limit :limit""".formatted(key, among))
                    .bind("subject", subject)
                    .bind("behind", behind)
                    .bind("limit", limit)
                    .map((row, context) -> new long[] {row.getLong(1), row.getLong(2)})
                    .iterator()) {
                for (long bytes = 0; bytes < PAGE_BYTES && sizes.hasNext(); ) {
                    long[] next = sizes.next();
                    last = next[0];
                    bytes += next[1];
                }
            }
            return handle.createQuery("""
                            select position, sequence, type, event from change
                            where %2$s and %1$s > :behind and %1$s <= :last order by %1$s""".formatted(key, among))
                    .bind("subject", subject)
                    .bind("behind", behind)
                    .bind("last", last)
                    .map((row, context) -> new Entry(
                            row.getLong("position"),
                            row.getLong("sequence"),
                            row.getString("type"),
                            row.getBytes("event")))
                    .list();
        });
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
                        select :position between forgotten and newest from change_position""")
                .bind("position", position)
                .mapTo(Boolean.class)
                .one());
    }
}
