package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import io.jobrelay.job.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** When jobs were in which state, out of their changes, as far as these are kept. */
public final class Lives {
    /** Of one job: who changes more often is looked at from then on only. */
    private static final int MOST_CHANGES = 60;

    private final LedgerDatabase database;

    public Lives(LedgerDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /** From then on the job was in that state. */
    public record Stage(Instant since, String state) {
        public Stage {
            requireNonNull(since, "since is null");
            requireNonNull(state, "state is null");
        }
    }

    /** The stages of each job from the first to the last; none of a job whose changes are forgotten. */
    public Map<String, List<Stage>> of(Collection<String> jobs) {
        Map<String, List<Stage>> lives = new HashMap<>();
        database.<List<Map.Entry<String, Stage>>>read(handle -> handle.createQuery("""
                        select j.id, c.created_at, c.state
                        from <elements>(:jobs) wanted
                        join job j on j.id = wanted.value
                        join change c on c.subject = j.id and c.sequence > j.sequence - :most
                        where c.state is not null order by j.id, c.sequence""")
                        .bind("jobs", Json.write(jobs))
                        .bind("most", MOST_CHANGES)
                        .map((row, context) -> Map.entry(
                                row.getString("id"),
                                new Stage(Instant.ofEpochMilli(row.getLong("created_at")), row.getString("state"))))
                        .list())
                .forEach(change -> {
                    List<Stage> life = lives.computeIfAbsent(change.getKey(), job -> new ArrayList<>());
                    if (life.isEmpty()
                            || !life.get(life.size() - 1)
                                    .state()
                                    .equals(change.getValue().state())) {
                        life.add(change.getValue());
                    }
                });
        return lives;
    }
}
