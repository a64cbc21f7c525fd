package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toSet;

import io.jobrelay.job.HealthChange;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.GroupCommit.Batch;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.watch.Watch;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.stream.LongStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.generic.GenericType;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** The watches that the ledger looks after: which there are, and which are due. */
public final class Watches {
    /** A list has ended when it was answered and all its jobs have. */
    private static final String UNFINISHED = """
            from watch w where w.state = 'ACTIVE' and not (
                w.list and w.answered_at is not null
                and not exists (select 1 from job j where j.watch_id = w.id and not j.terminal))
            """;

    /** Adds a watch, or makes it another, due at once. */
    private static final String PUT = """
            insert into watch (id, definition, api, account, list, source, state, due_at,
                added_at, blind_after, blind_at)
            values (:id, :definition, :api, :account, :list, :source, 'ACTIVE', :now,
                :now, :blindAfter, :now + :blindAfter)
            on conflict (id) do update set
                definition = excluded.definition, source = excluded.source, due_at = excluded.due_at,
                edit = watch.edit + 1,
                added_at = case watch.state when 'REMOVED' then excluded.added_at else watch.added_at end,
                blind_after = excluded.blind_after, blind_at = excluded.blind_at,
                state = case watch.state when 'REMOVED' then 'ACTIVE' else watch.state end""";

    private static final String REMOVE = "update watch set state = 'REMOVED', edit = edit + 1, due_at = ? where id = ?";

    /** So that a file of a million takes no memory twice. */
    private static final int MOST_AT_ONCE = 1_000;

    /** What {@link DueWatch} has, in the order of {@link DueWatch#ORDER}. */
    private static final String DUE = """
            select id, definition, edit, due_at, state_since, answered_at,
                failures = 0 and health = 'OK' and not blind as well
            from watch where account = :account and state = 'ACTIVE' and %s order by due_at, id""";

    private final LedgerDatabase database;
    private final LedgerClock clock;
    private final Batch<Collection<DueWatch>, Boolean> notes = Watches::noteAll;

    public Watches(LedgerDatabase database, LedgerClock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Nobody can have been asked while nothing ran. */
    static void resume(Handle handle, long now) {
        handle.createUpdate("""
                        update watch set blind_at = :now + blind_after
                        where state = 'ACTIVE' and not blind and blind_at < :now + blind_after""").bind("now", now).execute();
    }

    /**
     * Makes these the watches of the source: new ones are added and due at once, changed ones are due at once, those that
     * the source no longer names are removed. What is known of their jobs stays, and a watch that has ended stays ended
     * until it is removed. A poll under way of a changed watch is forgotten.
     */
    public void replace(String source, Collection<Watch> watches) {
        Replacement replacement = replacing(source);
        watches.forEach(replacement::put);
        replacement.finish();
    }

    /** The same for watches that come one by one; see {@link #replace}. */
    public Replacement replacing(String source) {
        return new Replacement(source);
    }

    /** Watches that become those of a source, a thousand in a transaction. */
    public final class Replacement {
        private final String source;
        private final long now = clock.millis();
        private final Map<String, Watch> some = new LinkedHashMap<>();
        private final LongStream.Builder named = LongStream.builder();
        private int all;

        private Replacement(String source) {
            this.source = source;
        }

        /** One of the watches, each once. */
        public void put(Watch watch) {
            String id = watch.id();
            some.put(id, watch);
            named.add(Watch.number(id));
            all++;
            if (some.size() == MOST_AT_ONCE) {
                write();
            }
        }

        /**
         * Those were all: what the source does not name any more is removed.
         *
         * @return how many it names
         */
        public int finish() {
            write();
            long[] kept = named.build().sorted().toArray();
            Optional<String> after = Optional.of("");
            while (after.isPresent()) {
                after = removeOthers(kept, after.get());
            }
            return all;
        }

        private void write() {
            if (some.isEmpty()) {
                return;
            }
            Map<String, String> before = database.read(handle -> handle.createQuery("""
                            select id, definition from watch
                            where id in (<ids>) and source = :source and state <> 'REMOVED'""")
                    .bindList("ids", InList.of(some.keySet()))
                    .bind("source", source)
                    .setMapKeyColumn("id")
                    .setMapValueColumn("definition")
                    .collectInto(new GenericType<HashMap<String, String>>() {}));
            some.entrySet().removeIf(watch -> Json.write(watch.getValue()).equals(before.get(watch.getKey())));
            if (!some.isEmpty()) {
                database.edit(accounts(some.values()), handle -> {
                    PreparedBatch changed = handle.prepareBatch(PUT);
                    some.values().forEach(watch -> Watches.put(changed, watch, source, now));
                    return changed.execute();
                });
            }
            some.clear();
        }

        private Optional<String> removeOthers(long[] kept, String after) {
            List<Map.Entry<String, String>> watches = database.read(handle -> handle.createQuery("""
                            select id, account from watch where source = :source and state <> 'REMOVED' and id > :after
                            order by id limit :most""")
                    .bind("source", source)
                    .bind("after", after)
                    .bind("most", MOST_AT_ONCE)
                    .map((row, context) -> Map.entry(row.getString(1), row.getString(2)))
                    .list());
            List<Map.Entry<String, String>> others = watches.stream()
                    .filter(watch -> Arrays.binarySearch(kept, Watch.number(watch.getKey())) < 0)
                    .toList();
            if (!others.isEmpty()) {
                Set<Shard> shards = others.stream()
                        .map(watch -> Shard.account(watch.getValue()))
                        .collect(toSet());
                database.edit(shards, handle -> {
                    others.forEach(watch -> handle.execute(REMOVE, now, watch.getKey()));
                    return null;
                });
            }
            return watches.stream()
                    .skip(MOST_AT_ONCE - 1)
                    .map(Map.Entry::getKey)
                    .findFirst();
        }
    }

    private static Set<Shard> accounts(Collection<Watch> watches) {
        return watches.stream().map(watch -> Shard.account(watch.account())).collect(toSet());
    }

    private static void put(PreparedBatch watches, Watch watch, String source, long now) {
        watches.bind("id", watch.id())
                .bind("definition", Json.write(watch))
                .bind("api", watch.api())
                .bind("account", watch.account())
                .bind("list", watch.list())
                .bind("source", source)
                .bind("now", now)
                .bind("blindAfter", watch.pace().blindAfter().toMillis())
                .add();
    }

    /** True if some watch of the account is still polled. */
    public boolean looksAfter(String account) {
        return database.read(handle -> handle.createQuery(
                        "select exists (select 1 from watch where state = 'ACTIVE' and account = :account)")
                .bind("account", account)
                .mapTo(Boolean.class)
                .one());
    }

    /** The sources that watches have come from. */
    public List<String> sources() {
        return database.read(handle -> handle.createQuery("select distinct source from watch where state <> 'REMOVED'")
                .mapTo(String.class)
                .list());
    }

    /** At most so many watches of an account that are polled and due by then, in their order, from behind that place on. */
    public List<DueWatch> due(Lease account, Instant behind, String id, Instant until, int most) {
        return database.read(handle -> due(
                account,
                handle.createQuery(DUE.formatted("(due_at, id) > (:due, :id) and due_at <= :until") + " limit :most")
                        .bind("due", behind.toEpochMilli())
                        .bind("id", id)
                        .bind("until", until.toEpochMilli())
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
                        Times.instant(row, "state_since"),
                        Times.instant(row, "answered_at"),
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
                update watch set due_at = :due, answered_at = :answered, blind_at = :answered + blind_after
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

    /** True when every watch has ended; a list has when it was answered and all its jobs have ended. */
    public boolean ended() {
        return database.read(handle -> handle.createQuery("select not exists (select 1 " + UNFINISHED + ")")
                .mapTo(Boolean.class)
                .one());
    }

    /**
     * A watch that has not ended.
     *
     * @param health {@code OK} or the kind of its last failure
     * @param failure that failure, null where the last poll was answered
     */
    public record Unfinished(
            String api,
            String account,
            String health,
            @Nullable PollFailure failure) {}

    /** The watches that have not ended, in order of their APIs. */
    public List<Unfinished> unfinished() {
        return database.read(handle -> handle.createQuery(
                        "select w.api, w.account, w.health, w.failure " + UNFINISHED + "order by 1")
                .map((row, context) -> new Unfinished(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        failure(row.getString(3), row.getString(4))))
                .list());
    }

    private static @Nullable PollFailure failure(String health, @Nullable String json) {
        if (json == null) {
            return null;
        }
        HealthChange.Failure said = Json.read(json, HealthChange.Failure.class);
        return new PollFailure(
                FailureKind.valueOf(health),
                said.httpStatus(),
                said.code(),
                String.valueOf(said.message()),
                null,
                null);
    }

    /** True when every job of a present watch has succeeded. */
    public boolean allSucceeded() {
        return database.read(
                handle -> handle.createQuery("""
                        select not exists (select 1 from job j join watch w on w.id = j.watch_id
                            where w.state <> 'REMOVED' and j.state <> 'SUCCEEDED')""").mapTo(Boolean.class).one());
    }

    /** The last records of the jobs of present watches, as JSON, in order of their ids. */
    public List<String> lastRecords() {
        return database.read(
                handle -> handle.createQuery("""
                        select r.record from job_record r join job j on j.id = r.id join watch w on w.id = j.watch_id
                        where w.state <> 'REMOVED' order by j.id""").mapTo(String.class).list());
    }

    /** The source of the watches that were added by themselves, through the API. No file is called that. */
    public static final String FROM_API = "POST /api/watches";

    /**
     * Where a watch stands.
     *
     * @param source {@link #FROM_API}, or the file that names it
     * @param added true if it was not there before
     * @param asGiven true if it stands there as it was given, and not with another pace, say
     */
    public record Standing(String source, boolean added, boolean asGiven) {}

    /**
     * Adds a watch that no file names, due at once; one that was added before takes its place. A watch that stands in a
     * file is left as it is.
     */
    public Standing add(Watch watch) {
        long now = clock.millis();
        String definition = Json.write(watch);
        return database.edit(accounts(List.of(watch)), handle -> {
            Optional<Map.Entry<String, String>> before = handle.createQuery(
                            "select source, definition from watch where id = :id and state <> 'REMOVED'")
                    .bind("id", watch.id())
                    .map((row, context) -> Map.entry(row.getString(1), row.getString(2)))
                    .findOne();
            String source = before.map(Map.Entry::getKey).orElse(FROM_API);
            boolean same =
                    before.map(Map.Entry::getValue).filter(definition::equals).isPresent();
            if (source.equals(FROM_API) && !same) {
                PreparedBatch one = handle.prepareBatch(PUT);
                put(one, watch, source, now);
                one.execute();
            }
            return new Standing(source, before.isEmpty(), same || source.equals(FROM_API));
        });
    }

    /**
     * Removes a watch that was added through the API; one that stands in a file is left as it is.
     *
     * @return where it stands, or stood; empty if there is no such watch
     */
    public Optional<String> remove(String id) {
        return edit(id, (handle, source) -> {
            if (source.equals(FROM_API)) {
                handle.execute(REMOVE, clock.millis(), id);
            }
        });
    }

    /**
     * Makes a watch due at once, even one whose job has ended, and its next reply be read whatever the last one said. What a
     * poll under way brings is forgotten.
     *
     * @return false if there is no such watch
     */
    public boolean pollNow(String id) {
        return edit(
                        id,
                        (handle, source) -> handle.execute(
                                "update watch set state = 'ACTIVE', due_at = ?, edit = edit + 1 where id = ?",
                                clock.millis(),
                                id))
                .isPresent();
    }

    /** Edits the watch, and gives its source; does nothing if there is none. */
    private Optional<String> edit(String id, BiConsumer<Handle, String> work) {
        Optional<String> account =
                database.read(handle -> handle.createQuery("select account from watch where id = :id")
                        .bind("id", id)
                        .mapTo(String.class)
                        .findOne());
        return account.flatMap(name -> database.edit(Set.of(Shard.account(name)), handle -> {
            Optional<String> source = handle.createQuery(
                            "select source from watch where id = :id and state <> 'REMOVED'")
                    .bind("id", id)
                    .mapTo(String.class)
                    .findOne();
            source.ifPresent(found -> work.accept(handle, found));
            return source;
        }));
    }
}
