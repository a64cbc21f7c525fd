package io.jobrelay.ledger;

import static java.util.Comparator.comparing;

import io.jobrelay.job.HealthChange;
import io.jobrelay.job.Json;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.watch.Watch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.generic.GenericType;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** The watches that the ledger looks after: which there are, and which are due. */
public final class Watches {
    /** Nobody takes more of an account at once. */
    private static final int MOST_COUNTED = 1_000;

    /** How many are due in each account: one step of the index for each account and for each that is counted. */
    private static final String DUE = """
            with recursive named(account) as (
                select min(account) from watch where state = 'ACTIVE'
                union all
                select (select min(account) from watch where state = 'ACTIVE' and account > named.account)
                from named where named.account is not null)
            select n.account, (select count(*) from (
                select 1 from watch w where w.state = 'ACTIVE' and w.account = n.account and w.due_at <= :now
                limit :most) due)
            from named n where n.account is not null""";

    /** A list has ended when it was answered and all its jobs have. */
    private static final String UNFINISHED = """
            from watch w where w.state = 'ACTIVE' and not (
                w.list and w.answered_at is not null
                and not exists (select 1 from job j where j.watch_id = w.id and not j.terminal))
            """;

    /** Adds a watch, or makes it another, due at once and claimed by nobody. */
    private static final String PUT = """
            insert into watch (id, definition, api, account, list, source, state, due_at,
                added_at, blind_after, blind_at)
            values (:id, :definition, :api, :account, :list, :source, 'ACTIVE', :now,
                :now, :blindAfter, :now + :blindAfter)
            on conflict (id) do update set
                definition = excluded.definition, source = excluded.source, due_at = excluded.due_at,
                claim = watch.claim + 1, claimed = false, claimed_by = null,
                added_at = case watch.state when 'REMOVED' then excluded.added_at else watch.added_at end,
                blind_after = excluded.blind_after, blind_at = excluded.blind_at,
                state = case watch.state when 'REMOVED' then 'ACTIVE' else watch.state end""";

    private static final String REMOVE = "update watch set state = 'REMOVED', due_at = ? where id = ?";

    /** So that a file of a million takes no memory twice. */
    private static final int MOST_AT_ONCE = 1_000;

    private final LedgerDatabase database;
    private final LedgerClock clock;
    private final NodeLease lease;
    private final GivenBack<DueWatch> givenBack = new GivenBack<>(this::makeDue);

    /**
     * @param lease without it nothing is claimed
     */
    public Watches(LedgerDatabase database, LedgerClock clock, NodeLease lease) {
        this.database = database;
        this.clock = clock;
        this.lease = lease;
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
            database.write(handle -> {
                Map<String, String> before = handle.createQuery("""
                                select id, definition from watch
                                where id in (<ids>) and source = :source and state <> 'REMOVED'""")
                        .bindList("ids", InList.of(List.copyOf(some.keySet())))
                        .bind("source", source)
                        .setMapKeyColumn("id")
                        .setMapValueColumn("definition")
                        .collectInto(new GenericType<HashMap<String, String>>() {});
                PreparedBatch changed = handle.prepareBatch(PUT);
                some.forEach((id, watch) -> {
                    String definition = Json.write(watch);
                    if (!definition.equals(before.get(id))) {
                        Watches.put(changed, watch, definition, source, now);
                    }
                });
                if (changed.size() > 0) {
                    changed.execute();
                }
                return null;
            });
            some.clear();
        }

        private Optional<String> removeOthers(long[] kept, String after) {
            return database.write(handle -> {
                List<String> ids = handle.createQuery("""
                                select id from watch where source = :source and state <> 'REMOVED' and id > :after
                                order by id limit :most""")
                        .bind("source", source)
                        .bind("after", after)
                        .bind("most", MOST_AT_ONCE)
                        .mapTo(String.class)
                        .list();
                ids.stream()
                        .filter(id -> Arrays.binarySearch(kept, Watch.number(id)) < 0)
                        .forEach(id -> handle.execute(REMOVE, now, id));
                return ids.stream().skip(MOST_AT_ONCE - 1).findFirst();
            });
        }
    }

    private static void put(PreparedBatch watches, Watch watch, String definition, String source, long now) {
        watches.bind("id", watch.id())
                .bind("definition", definition)
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

    /**
     * Takes watches that are due, those first that have been due longest; none while this node's lease is over.
     *
     * @param permits how many of so many due watches of each account may be taken now
     */
    public List<DueWatch> claim(UnaryOperator<Map<String, Integer>> permits) {
        givenBack.write();
        Optional<String> node = lease.incarnation();
        if (node.isEmpty()) {
            return List.of();
        }
        long now = clock.millis();
        Map<String, Integer> due = database.read(handle -> handle.createQuery(DUE)
                .bind("now", now)
                .bind("most", MOST_COUNTED)
                .map((row, context) -> Map.entry(row.getString(1), row.getInt(2)))
                .filter(entry -> entry.getValue() > 0)
                .collectToMap(Map.Entry::getKey, Map.Entry::getValue));

        if (due.isEmpty()) {
            return List.of();
        }
        Map<String, Integer> allowed = new HashMap<>(permits.apply(due));
        allowed.values().removeIf(count -> count == 0);
        return allowed.isEmpty()
                ? List.of()
                : lease.claim(
                        node.get(),
                        () -> database.write(handle -> take(
                                handle, allowed, new Claim(node.get(), Instant.ofEpochMilli(now), clock.begin()))));
    }

    private static List<DueWatch> take(Handle handle, Map<String, Integer> countByAccount, Claim claim) {
        List<DueWatch> claimed = new ArrayList<>();
        countByAccount.forEach((account, count) -> claimed.addAll(claim.take(
                handle.createQuery("""
                        with due as materialized (
                            select id from watch where state = 'ACTIVE' and account = :account and due_at <= :now
                            order by due_at limit :count <skipLocked>)
                        """ + Claim.OF_DUE).bind("account", account).bind("count", count))));
        return claimed;
    }

    /**
     * Makes claimed watches due again whose claims are still their last ones; where the ledger cannot be written now, as soon
     * as it can be.
     */
    public void giveBack(Collection<DueWatch> due) {
        givenBack.add(due);
    }

    private void makeDue(List<DueWatch> due) {
        long now = clock.millis();
        database.write(handle -> {
            PreparedBatch batch = handle.prepareBatch("""
                    update watch set claimed = false, claimed_by = null, due_at = :now
                    where id = :id and claim = :claim and claimed""");
            due.stream()
                    .sorted(comparing(DueWatch::id))
                    .forEach(watch -> batch.bind("now", now)
                            .bind("id", watch.id())
                            .bind("claim", watch.claim())
                            .add());
            return batch.execute();
        });
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
        return database.write(handle -> {
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
                put(one, watch, definition, source, now);
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
        return database.write(handle -> {
            Optional<String> source = handle.createQuery(
                            "select source from watch where id = :id and state <> 'REMOVED'")
                    .bind("id", id)
                    .mapTo(String.class)
                    .findOne();
            if (source.filter(FROM_API::equals).isPresent()) {
                handle.execute(REMOVE, clock.millis(), id);
            }
            return source;
        });
    }

    /**
     * Makes a watch due at once, even one whose job has ended, and its next reply be read whatever the last one said; one
     * that is being polled is left to that poll.
     *
     * @return false if there is no such watch
     */
    public boolean pollNow(String id) {
        return database.write(handle -> handle.createUpdate("""
                        update watch set state = 'ACTIVE', due_at = case when claimed then due_at else :now end,
                            claim = case when claimed then claim else claim + 1 end
                        where id = :id and state <> 'REMOVED'""")
                        .bind("now", clock.millis())
                        .bind("id", id)
                        .execute())
                == 1;
    }
}
