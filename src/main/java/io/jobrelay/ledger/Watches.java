package io.jobrelay.ledger;

import io.jobrelay.job.HealthChange;
import io.jobrelay.job.Json;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.watch.Watch;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/** Which watches there are: adds, changes and removes them, and says what is left to do. */
public final class Watches {
    /** The source of the watches that were added one by one, through the API. No file is called that. */
    public static final String FROM_API = "POST /api/watches";

    /** Adds a watch, or makes it another, due at once. */
    static final String PUT = """
            insert into watch (id, definition, api, account, list, source, state, due_at,
                added_at, stale_after, stale_at)
            values (:id, :definition, :api, :account, :list, :source, 'ACTIVE', :now,
                :now, :staleAfter, :now + :staleAfter)
            on conflict (id) do update set
                definition = excluded.definition, source = excluded.source, due_at = excluded.due_at,
                edit = watch.edit + 1,
                added_at = case watch.state when 'REMOVED' then excluded.added_at else watch.added_at end,
                stale_after = excluded.stale_after, stale_at = excluded.stale_at,
                failure = case when watch.state in ('REFUSED', 'REMOVED') then null else watch.failure end,
                state = case watch.state when 'ENDED' then 'ENDED' else 'ACTIVE' end""";

    /** Takes a watch in that is not to be polled. One that has ended needs nothing any more, and another source's is valid there. */
    static final String REFUSE = """
            insert into watch (id, definition, api, account, list, source, state, due_at,
                added_at, stale_after, stale_at, failure)
            values (:id, :definition, :api, :account, :list, :source, 'REFUSED', :now,
                :now, :staleAfter, :now + :staleAfter, :failure)
            on conflict (id) do update set
                state = 'REFUSED', source = excluded.source, due_at = excluded.due_at, failure = excluded.failure,
                edit = watch.edit + 1
            where watch.state in ('REMOVED', 'REFUSED')
                or (watch.state = 'ACTIVE' and watch.source = excluded.source)""";

    static final String REMOVE = "update watch set state = 'REMOVED', edit = edit + 1, due_at = ? where id = ?";

    /** A list has ended when it was answered and all its jobs have. */
    private static final String UNFINISHED = """
            from watch w where w.state = 'ACTIVE' and not (
                w.list and w.answered_at is not null
                and not exists (select 1 from job j where j.watch_id = w.id and not j.terminal))
            """;

    private final LedgerDatabase database;
    private final LedgerClock clock;

    public Watches(LedgerDatabase database, LedgerClock clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * Makes these the watches of the source: new ones are added and due at once, changed ones are due at once, those that
     * the source no longer names are removed. What is known of their jobs stays, and a watch that has ended stays ended
     * until it is removed. What an ongoing poll of a changed watch brings is dropped.
     */
    public void replace(String source, Collection<Watch> watches) {
        SourceReplacement replacement = replacing(source);
        watches.forEach(replacement::put);
        replacement.finish();
    }

    /** The same for watches that come one by one; see {@link #replace}. */
    public SourceReplacement replacing(String source) {
        return new SourceReplacement(database, source, clock.millis());
    }

    static Shard account(Watch watch) {
        return Shard.account(watch.account());
    }

    static <S extends SqlStatement<S>> S bind(S put, Watch watch, String source, long now) {
        return put.bind("id", watch.id())
                .bind("definition", watch)
                .bind("api", watch.api())
                .bind("account", watch.account())
                .bind("list", watch.list())
                .bind("source", source)
                .bind("now", now)
                .bind("staleAfter", watch.pace().staleAfter().toMillis());
    }

    /**
     * What became of a watch that was to be added.
     *
     * @param source {@link #FROM_API}, or the file that names it
     * @param added true if it was not there before
     * @param asGiven true if it is there as it was given, and not with another pace, say
     */
    public record Standing(String source, boolean added, boolean asGiven) {}

    private record Present(String source, String definition) {}

    /** Adds a watch, due at once, or puts it in the place of one that was added before. One that a file names is left as it is. */
    public Standing add(Watch watch) {
        return database.edit(Set.of(account(watch)), handle -> {
            Optional<Present> before = handle.createQuery(
                            "select source, definition from watch where id = ? and state <> 'REMOVED'")
                    .bind(0, watch.id())
                    .mapTo(Present.class)
                    .findOne();
            String source = before.map(Present::source).orElse(FROM_API);
            boolean same = before.map(Present::definition)
                    .filter(Json.write(watch)::equals)
                    .isPresent();
            if (source.equals(FROM_API) && !same) {
                bind(handle.createUpdate(PUT), watch, source, clock.millis()).execute();
            }
            return new Standing(source, before.isEmpty(), same || source.equals(FROM_API));
        });
    }

    /**
     * Removes a watch that was added through the API; one that a file names is left as it is.
     *
     * @return its source; empty if there is no such watch
     */
    public Optional<String> remove(String id) {
        return edit(id, (handle, source) -> {
            if (source.equals(FROM_API)) {
                handle.execute(REMOVE, clock.millis(), id);
            }
        });
    }

    /**
     * Makes a watch due at once, even one whose job has ended, and its next reply be read whatever the last one said. What an
     * ongoing poll brings is dropped.
     *
     * @return false if there is no such watch; one that is refused stays as it is
     */
    public boolean pollNow(String id) {
        String sql =
                "update watch set state = 'ACTIVE', due_at = ?, edit = edit + 1 where id = ? and state <> 'REFUSED'";
        return edit(id, (handle, source) -> handle.execute(sql, clock.millis(), id))
                .isPresent();
    }

    /** Edits the watch, and gives its source; does nothing if there is none. */
    private Optional<String> edit(String id, BiConsumer<Handle, String> work) {
        return database.read(handle -> text(handle, "select account from watch where id = ?", id))
                .flatMap(account -> database.edit(Set.of(Shard.account(account)), handle -> {
                    Optional<String> source =
                            text(handle, "select source from watch where id = ? and state <> 'REMOVED'", id);
                    source.ifPresent(found -> work.accept(handle, found));
                    return source;
                }));
    }

    private static Optional<String> text(Handle handle, String sql, String id) {
        return handle.createQuery(sql).bind(0, id).mapTo(String.class).findOne();
    }

    /** True if some watch of the account is still polled. */
    public boolean polls(String account) {
        return database.read(handle -> handle.createQuery(
                        "select exists (select 1 from watch where state = 'ACTIVE' and account = ?)")
                .bind(0, account)
                .mapTo(Boolean.class)
                .one());
    }

    /** The sources that watches have come from. */
    public List<String> sources() {
        return database.list("select distinct source from watch where state <> 'REMOVED'", String.class);
    }

    /** True when every watch has ended; a list has when it was answered and all its jobs have ended. */
    public boolean ended() {
        return database.list("select not exists (select 1 " + UNFINISHED + ")", Boolean.class)
                .get(0);
    }

    /**
     * A watch that has not ended.
     *
     * @param source where it came from
     * @param health {@code OK} or the kind of its last failure
     * @param failure that failure, null where the last poll was answered
     */
    public record Unfinished(Watch watch, String source, String health, HealthChange.@Nullable Failure failure) {
        /** Its last failure as a poll has it; empty where the last poll was answered. */
        public Optional<PollFailure> lastFailure() {
            return Optional.ofNullable(failure)
                    .map(last -> new PollFailure(
                            FailureKind.valueOf(health),
                            last.httpStatus(),
                            last.code(),
                            String.valueOf(last.message()),
                            null,
                            null));
        }
    }

    /** The watches that have not ended, in order of their APIs. */
    public List<Unfinished> unfinished() {
        return database.list(
                "select w.definition as watch, w.source, w.health, w.failure " + UNFINISHED + "order by w.api",
                Unfinished.class);
    }

    /** True when every job of a present watch has succeeded. */
    public boolean allSucceeded() {
        return database.list("""
                        select not exists (select 1 from job j join watch w on w.id = j.watch_id
                            where w.state <> 'REMOVED' and j.state <> 'SUCCEEDED')""", Boolean.class).get(0);
    }

    /** The last records of the jobs of present watches, as JSON, in order of their ids. */
    public List<String> lastRecords() {
        return database.list("""
                select r.record from job_record r join job j on j.id = r.id join watch w on w.id = j.watch_id
                where w.state <> 'REMOVED' order by j.id""", String.class);
    }
}
