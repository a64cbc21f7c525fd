package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import io.jobrelay.job.Json;
import io.jobrelay.ledger.GroupCommit.Batch;
import io.jobrelay.watch.Watch;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;

/** Which watches of an account are due, and when: for the owner of the account, which keeps that in memory. */
public final class DueWatches {
    /** What {@link DueWatch} has, in the order of {@link DueWatch#ORDER}. */
    private static final String DUE = """
            select id, definition, edit, due_at, state_since, answered_at,
                failures = 0 and health = 'OK' and not stale as well
            from watch where account = :account and state = 'ACTIVE' and %s order by due_at, id""";

    private final LedgerDatabase database;
    private final Batch<Collection<DueWatch>, Boolean> notes = DueWatches::noteAll;

    public DueWatches(LedgerDatabase database) {
        this.database = database;
    }

    /** At most so many watches of an account that are polled and due by then, in their order, from behind that place on. */
    public List<DueWatch> due(Lease account, Instant behind, String id, Instant until, int most) {
        return database.read(handle -> due(
                account,
                handle.createQuery(DUE.formatted("(due_at, id) > (:due, :id) and due_at <= :until") + " limit :most")
                        .bind("due", behind)
                        .bind("id", id)
                        .bind("until", until)
                        .bind("most", most)));
    }

    /** Those of these watches that are polled. */
    public List<DueWatch> due(Lease account, Collection<String> ids) {
        return database.read(handle ->
                due(account, handle.createQuery(DUE.formatted("id in (<ids>)")).bindList("ids", InList.of(ids))));
    }

    private static List<DueWatch> due(Lease account, Query query) {
        return query.bind("account", account.shard().name())
                .map((row, context) -> new DueWatch(
                        row.getString("id"),
                        Json.read(row.getString("definition"), Watch.class),
                        account,
                        row.getLong("edit"),
                        Instant.ofEpochMilli(row.getLong("due_at")),
                        LedgerTypes.instant(row, "state_since"),
                        LedgerTypes.instant(row, "answered_at"),
                        row.getBoolean("well")))
                .list();
    }

    /**
     * Notes when watches of an account were answered, and when they are due again. One that was edited meanwhile stays as it is.
     *
     * @return ends once that is committed, or fails with a {@link LedgerException}, as {@link LedgerDatabase#begin} does
     */
    public CompletableFuture<?> note(Lease account, Collection<DueWatch> answered) {
        return database.begin(notes, account, answered);
    }

    private static List<Boolean> noteAll(Handle handle, List<Collection<DueWatch>> noted) {
        PreparedBatch batch = handle.prepareBatch("""
                update watch set due_at = :due, answered_at = :answered, stale_at = :answered + stale_after
                where id = :id and edit = :edit""");
        noted.stream()
                .flatMap(Collection::stream)
                .forEach(watch -> batch.bind("due", watch.due().toEpochMilli())
                        .bind(
                                "answered",
                                requireNonNull(watch.answered(), "answered").toEpochMilli())
                        .bind("id", watch.id())
                        .bind("edit", watch.edit())
                        .add());
        batch.execute();
        return noted.stream().map(each -> true).toList();
    }

    /** After a time in which no node ran, and so none polled, no watch is stale before it had the chance to be polled. */
    static void resume(Handle handle, long now) {
        handle.createUpdate("""
                        update watch set stale_at = :now + stale_after
                        where state = 'ACTIVE' and not stale and stale_at < :now + stale_after""").bind("now", now).execute();
    }
}
