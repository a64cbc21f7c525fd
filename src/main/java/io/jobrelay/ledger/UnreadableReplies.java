package io.jobrelay.ledger;

import io.jobrelay.provider.ProviderReply;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Replies of providers that could not be parsed, the last few of each watch, for a person to look at. */
public final class UnreadableReplies {
    private static final int KEPT = 10;

    private final LedgerDatabase database;

    public UnreadableReplies(LedgerDatabase database) {
        this.database = database;
    }

    static void keep(Handle handle, String watch, String cause, ProviderReply reply, Instant now) {
        handle.createUpdate("""
                        insert into unreadable_reply (watch_id, received_at, cause, http_status, content_type, body)
                        values (:watch, :now, :cause, :httpStatus, :contentType, :body)""")
                .bindMethods(reply)
                .bind("watch", watch)
                .bind("now", now)
                .bind("cause", cause)
                .execute();
        handle.execute("""
                        delete from unreadable_reply where watch_id = ? and id not in (
                            select id from unreadable_reply where watch_id = ? order by id desc limit ?)""", watch, watch, KEPT);
    }

    /**
     * A reply that could not be parsed.
     *
     * @param number unique among all of them
     * @param bytes how long it is
     */
    public record Entry(
            long number,
            Instant received,
            String cause,
            int httpStatus,
            @Nullable String contentType,
            long bytes) {}

    /** Those of the watch, the newest first. */
    public List<Entry> of(String watch) {
        return database.read(handle ->
                handle.createQuery("""
                        select id as number, received_at as received, cause, http_status, content_type,
                            length(body) as bytes
                        from unreadable_reply where watch_id = :watch order by id desc""").bind("watch", watch).mapTo(Entry.class).list());
    }

    /** The body of one, as it was received. */
    public Optional<byte[]> body(String watch, long number) {
        return database.read(handle -> handle.createQuery(
                        "select body from unreadable_reply where watch_id = :watch and id = :number")
                .bind("watch", watch)
                .bind("number", number)
                .mapTo(byte[].class)
                .findOne());
    }
}
