package io.jobrelay.ledger;

import static java.util.stream.Collectors.toSet;

import io.jobrelay.job.HealthChange.Failure;
import io.jobrelay.job.Json;
import io.jobrelay.watch.Watch;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.jdbi.v3.core.generic.GenericType;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Makes watches that come one by one those of a source, a thousand in a transaction, so that a file of a million takes no memory
 * twice.
 */
public final class SourceReplacement {
    private static final int MOST_AT_ONCE = 1_000;

    private final LedgerDatabase database;
    private final String source;
    private final long now;
    private final Map<String, Watch> some = new LinkedHashMap<>();
    private final Map<String, Refused> refused = new LinkedHashMap<>();
    private final LongStream.Builder named = LongStream.builder();
    private int all;

    SourceReplacement(LedgerDatabase database, String source, long now) {
        this.database = database;
        this.source = source;
        this.now = now;
    }

    private record Refused(Watch watch, Failure failure) {}

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

    /** A watch that is named and not to be polled, and why; none that is {@link #put} too. */
    public void refuse(Watch watch, String cause) {
        String id = watch.id();
        refused.put(id, new Refused(watch, new Failure(null, null, cause)));
        named.add(Watch.number(id));
        if (refused.size() == MOST_AT_ONCE) {
            writeRefused();
        }
    }

    /**
     * Those were all: what the source does not name any more is removed.
     *
     * @return how many of them are to be polled
     */
    public int finish() {
        write();
        writeRefused();
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
        Map<String, String> before = before("definition", some.keySet(), "state in ('ACTIVE', 'ENDED')");
        some.entrySet().removeIf(watch -> Json.write(watch.getValue()).equals(before.get(watch.getKey())));
        if (!some.isEmpty()) {
            database.edit(some.values().stream().map(Watches::account).collect(toSet()), handle -> {
                PreparedBatch changed = handle.prepareBatch(Watches.PUT);
                some.values()
                        .forEach(watch ->
                                Watches.bind(changed, watch, source, now).add());
                return changed.execute();
            });
        }
        some.clear();
    }

    private void writeRefused() {
        if (refused.isEmpty()) {
            return;
        }
        Map<String, String> before = before("failure", refused.keySet(), "state = 'REFUSED'");
        refused.entrySet().removeIf(each -> Json.write(each.getValue().failure).equals(before.get(each.getKey())));
        if (!refused.isEmpty()) {
            database.edit(
                    refused.values().stream()
                            .map(each -> Watches.account(each.watch))
                            .collect(toSet()),
                    handle -> {
                        PreparedBatch changed = handle.prepareBatch(Watches.REFUSE);
                        refused.values()
                                .forEach(each -> Watches.bind(changed, each.watch, source, now)
                                        .bind("failure", each.failure)
                                        .add());
                        return changed.execute();
                    });
        }
        refused.clear();
    }

    private Map<String, String> before(String column, Set<String> ids, String state) {
        return database.read(
                handle -> handle.createQuery("select id, %s from watch where id in (<ids>) and source = :source and %s"
                                .formatted(column, state))
                        .bindList("ids", InList.of(ids))
                        .bind("source", source)
                        .setMapKeyColumn("id")
                        .setMapValueColumn(column)
                        .collectInto(new GenericType<HashMap<String, String>>() {}));
    }

    private record Named(String id, String account) {}

    /** Of so many from behind that id on; gives the last id if there may be more. */
    private Optional<String> removeOthers(long[] kept, String after) {
        List<Named> watches = database.read(handle -> handle.createQuery("""
                        select id, account from watch where source = :source and state <> 'REMOVED' and id > :after
                        order by id limit :most""")
                .bind("source", source)
                .bind("after", after)
                .bind("most", MOST_AT_ONCE)
                .mapTo(Named.class)
                .list());
        List<Named> others = watches.stream()
                .filter(watch -> Arrays.binarySearch(kept, Watch.number(watch.id)) < 0)
                .toList();
        if (!others.isEmpty()) {
            database.edit(
                    others.stream().map(watch -> Shard.account(watch.account)).collect(toSet()), handle -> {
                        others.forEach(watch -> handle.execute(Watches.REMOVE, now, watch.id));
                        return true;
                    });
        }
        return watches.stream().skip(MOST_AT_ONCE - 1).map(Named::id).findFirst();
    }
}
