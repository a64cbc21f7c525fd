package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobState;
import io.jobrelay.job.Json;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The jobs of some answers: as they were at their last changes, and as the answers change them. */
final class Jobs {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.ledger");

    /** A statement takes some tens of thousands of values at most. */
    private static final int MOST_AT_ONCE = 1_000;

    private static final String JOB = upsert(
            "job",
            "id, watch_id, api, account, state, terminal, reason, provider_state, progress, attempt, sequence, changed_at,"
                    + " state_since, stuck, create_time, update_time, observed_at, name, labels, search");

    private static final String RECORD = upsert("job_record", "id, record");

    private final Map<String, KnownJob> known = new HashMap<>();
    private final Map<String, Set<String>> ofWatches = new HashMap<>();
    /** In the order of their ids, so that no two transactions wait for each other. */
    private final SortedMap<String, JobRecord> changed = new TreeMap<>();

    private final Map<Group, Integer> counts = new HashMap<>();

    private Jobs() {}

    /**
     * Reads the jobs of those ids, and those that watches of one job have brought.
     *
     * @param watches of one job each
     */
    static Jobs of(Handle handle, Collection<String> watches, Collection<String> ids) {
        Jobs jobs = new Jobs();
        jobs.read(handle, "watch_id", watches);
        Set<String> others = new HashSet<>(ids);
        others.removeAll(jobs.known.keySet());
        jobs.read(handle, "id", others);
        return jobs;
    }

    private void read(Handle handle, String column, Collection<String> values) {
        List<String> all = List.copyOf(values);
        for (int from = 0; from < all.size(); from += MOST_AT_ONCE) {
            handle.createQuery("""
                            select id, state, reason, provider_state, progress, attempt, sequence, watch_id, changed_at,
                                state_since, stuck, create_time, update_time
                            from job where <column> in (<values>)""")
                    .define("column", column)
                    .bindList("values", InList.of(all.subList(from, Math.min(all.size(), from + MOST_AT_ONCE))))
                    .map((row, context) -> Map.entry(row.getString("id"), KnownJob.of(row)))
                    .forEach(job -> add(job.getKey(), job.getValue()));
        }
    }

    private void add(String id, KnownJob job) {
        known.put(id, job);
        ofWatches.computeIfAbsent(job.watch(), watch -> new HashSet<>()).add(id);
    }

    /** Null for a job that is not known yet. */
    @Nullable
    KnownJob find(String id) {
        return known.get(id);
    }

    /**
     * True for an answer from before the last change, as a replica gives that lags behind: by the provider's own times it
     * was updated earlier, or it is of an earlier job than the watch's last one. A time in the future says nothing.
     */
    boolean outdated(DueWatch due, JobRecord record, Instant now) {
        KnownJob same = known.get(record.id());
        boolean outdated = (same != null && isBefore(record.updateTime(), same.updated(), now))
                || (!due.watch().list() && record.createTime() != null && hasLaterJob(due, record, now));
        if (outdated) {
            LOG.info("job={} was answered from before its last change, which is left out", record.id());
        }
        return outdated;
    }

    private boolean hasLaterJob(DueWatch due, JobRecord record, Instant now) {
        return ofWatches.getOrDefault(due.id(), Set.of()).stream()
                .filter(other -> !other.equals(record.id()))
                .map(known::get)
                .anyMatch(other -> isBefore(record.createTime(), other.created(), now));
    }

    private static boolean isBefore(@Nullable Instant time, @Nullable String last, Instant now) {
        if (time == null || last == null) {
            return false;
        }
        Instant known = Instant.parse(last);
        return time.isBefore(known) && !known.isAfter(now);
    }

    /** Puts the job in the place of what it was before. */
    void put(DueWatch due, JobRecord job, Instant now) {
        KnownJob before = known.get(job.id());
        if (before != null) {
            counts.merge(Group.of(job, before.last().state()), -1, Integer::sum);
        }
        counts.merge(Group.of(job, job.state()), 1, Integer::sum);
        add(job.id(), KnownJob.after(before, due.id(), job, now));
        changed.put(job.id(), job);
    }

    /** Writes the jobs that were put. */
    void write(Handle handle) {
        if (changed.isEmpty()) {
            return;
        }
        PreparedBatch jobs = handle.prepareBatch(JOB);
        PreparedBatch records = handle.prepareBatch(RECORD);
        changed.forEach((id, job) -> {
            KnownJob now = requireNonNull(known.get(id), "put");
            String labels = job.labels().isEmpty() ? null : Json.write(job.labels());
            jobs.bind("id", id)
                    .bind("watch_id", now.watch())
                    .bind("api", job.provider().api())
                    .bind("account", job.provider().account())
                    .bind("state", job.state().name())
                    .bind("terminal", job.terminal())
                    .bind("reason", job.reason())
                    .bind("provider_state", job.providerState())
                    .bind("progress", job.progress() == null ? null : Json.write(job.progress()))
                    .bind("attempt", job.attempt())
                    .bind("sequence", job.sequence())
                    .bind("changed_at", now.changed().toEpochMilli())
                    .bind("state_since", now.stateSince().toEpochMilli())
                    .bind("stuck", now.stuck())
                    .bind("create_time", now.created())
                    .bind("update_time", now.updated())
                    .bind(
                            "observed_at",
                            job.observeTime() == null ? 0 : job.observeTime().toEpochMilli())
                    .bind("name", Objects.requireNonNullElse(job.name(), id).toLowerCase(Locale.ROOT))
                    .bind("labels", labels)
                    .bind("search", search(job, labels))
                    .add();
            records.bind("id", id).bind("record", Json.write(job)).add();
        });
        jobs.execute();
        records.execute();
        count(handle, counts);
    }

    private static String upsert(String table, String columns) {
        return "insert into %s (%s) values (%s) on conflict (id) do update set %s"
                .formatted(
                        table,
                        columns,
                        columns.replaceAll("\\w+", ":$0"),
                        columns.substring("id, ".length()).replaceAll("\\w+", "$0 = excluded.$0"));
    }

    /** What a person would look for, in small letters. */
    private static String search(JobRecord job, @Nullable String labels) {
        return Stream.of(job.id(), job.name(), job.provider().jobId(), job.description(), labels)
                .filter(Objects::nonNull)
                .collect(joining(" "))
                .toLowerCase(Locale.ROOT);
    }

    /** Deletes these jobs. */
    static void delete(Handle handle, Collection<String> ids) {
        if (ids.isEmpty()) {
            return;
        }
        Map<Group, Integer> counts = new HashMap<>();
        handle.createQuery("delete from job where id in (<ids>) returning account, api, state")
                .bindList("ids", InList.of(ids))
                .mapTo(Group.class)
                .forEach(group -> counts.merge(group, -1, Integer::sum));
        handle.createUpdate("delete from job_record where id in (<ids>)")
                .bindList("ids", InList.of(ids))
                .execute();
        count(handle, counts);
    }

    /** Jobs that are counted together, by the owner of their account. */
    private record Group(String account, String api, String state) {
        private static Group of(JobRecord job, JobState state) {
            return new Group(job.provider().account(), job.provider().api(), state.name());
        }
    }

    private static void count(Handle handle, Map<Group, Integer> counts) {
        PreparedBatch batch = handle.prepareBatch("""
                insert into job_count (account, api, state, jobs) values (?, ?, ?, ?)
                on conflict (account, api, state) do update set jobs = job_count.jobs + excluded.jobs""");
        counts.forEach((group, jobs) -> batch.add(group.account, group.api, group.state, jobs));
        batch.execute();
    }
}
