package io.jobrelay.ledger;

import io.jobrelay.job.Change;
import io.jobrelay.job.HealthChange;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.Json;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.provider.UnreadableReply;
import io.jobrelay.watch.Watch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Takes in what polls brought. One transaction per poll: the jobs as they are now, the changes with their sequence and
 * the final bytes of their events, the first delivery of each (to the router), and when the watch is due again.
 */
public final class Intake {
    private static final int UNREADABLE_REPLIES_KEPT = 10;

    private final LedgerDatabase database;
    private final Outbox outbox;
    private final Announcements announcements;
    private final LedgerClock clock;
    private final DoubleSupplier random;

    /**
     * @param random from 0 to 1
     */
    public Intake(
            LedgerDatabase database,
            Outbox outbox,
            Announcements announcements,
            LedgerClock clock,
            DoubleSupplier random) {
        this.database = database;
        this.outbox = outbox;
        this.announcements = announcements;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Takes in the records of a good answer and returns the changes that they made, committed.
     *
     * <p>Two watches may see the same job, and their answers come in any order. A record is left aside where another watch
     * has brought a change of its job since this poll began: which of the two is older nobody can say, and the next poll
     * tells.
     */
    public List<Change> answered(DueWatch due, List<JobRecord> records) {
        Instant now = clock.instant();
        List<Change> changes = database.write(handle -> {
            State watch = state(handle, due);
            if (watch == null) {
                return List.of();
            }
            List<JobRecord> upToDate = records.stream()
                    .filter(record -> !Jobs.outdated(handle, due.watch(), record, now))
                    .toList();
            List<Change> made = new ArrayList<>();
            boolean ended = false;
            for (JobRecord record : upToDate) {
                Jobs.Known known = Jobs.find(handle, record.id());
                if (known == null || !known.changedByAnother(due)) {
                    takeIn(handle, due.watch(), known, record, now).ifPresent(made::add);
                    ended |= record.terminal() && !due.watch().list();
                }
            }
            boolean stateChanged = made.stream()
                    .anyMatch(change -> change.previousState() != change.job().state());
            Instant since = stateChanged || watch.stateSince == null ? now : watch.stateSince;
            Duration wait = due.watch().pace().afterAnswer(Duration.between(since, now));
            watch.health.become(handle, due.watch(), HealthChange.OK, false, null, announcements, clock);
            handle.createUpdate("""
                            update watch set due_at = :due, claim = claim + 1, claimed = 0, state_since = :since, failures = 0,
                                failure = null, answered_at = :now, blind_at = :now + blind_after,
                                state = case when :ended and state = 'ACTIVE' then 'ENDED' else state end
                            where id = :id""")
                    .bind("due", now.plus(wait).toEpochMilli())
                    .bind("since", since.toEpochMilli())
                    .bind("now", now.toEpochMilli())
                    .bind("ended", ended)
                    .bind("id", due.watch().id())
                    .execute();
            return made;
        });
        // Most polls bring nothing new. A change of health has no hurry: the router looks by itself, several times a
        // second.
        if (!changes.isEmpty()) {
            outbox.wake();
        }
        return changes;
    }

    /** Takes in a failure: no record changes, the watch waits longer, and its health may have changed. */
    public void failed(DueWatch due, PollFailure failure) {
        Instant now = clock.instant();
        database.write(handle -> {
            State watch = state(handle, due);
            if (watch == null || !watch.claimed) {
                return null;
            }
            Duration wait = due.watch().pace().afterFailure(watch.failures + 1, random.getAsDouble());
            if (failure.retryAfter() != null && failure.retryAfter().compareTo(wait) > 0) {
                wait = failure.retryAfter();
            }
            HealthChange.Failure reason =
                    new HealthChange.Failure(failure.httpStatus(), failure.code(), failure.message());
            watch.health.become(
                    handle, due.watch(), failure.kind().name(), watch.health.blind(), reason, announcements, clock);
            handle.createUpdate("""
                            update watch set due_at = :due, claim = claim + 1, claimed = 0, failures = failures + 1, failure = :failure
                            where id = :id""")
                    .bind("due", now.plus(wait).toEpochMilli())
                    .bind("failure", Json.write(reason))
                    .bind("id", due.watch().id())
                    .execute();
            if (failure.reply() != null) {
                keep(handle, due.watch(), failure.message(), failure.reply(), now);
            }
            return null;
        });
    }

    private Optional<Change> takeIn(
            Handle handle, Watch watch, Jobs.@Nullable Known known, JobRecord record, Instant now) {
        Optional<Change> change = known == null
                ? Change.between(null, record, watch.progress(), false)
                : Change.between(known.last(), record, watch.progress(), known.overdue(watch, now));
        change.ifPresent(made -> {
            Jobs.put(handle, watch, made.job(), now);
            announcements.announce(handle, made, now.toEpochMilli());
        });
        return change;
    }

    private static void keep(Handle handle, Watch watch, String cause, UnreadableReply reply, Instant now) {
        handle.createUpdate("""
                        insert into unreadable_reply (watch_id, received_at, cause, http_status, content_type, body)
                        values (:watch, :now, :cause, :status, :contentType, :body)""")
                .bind("watch", watch.id())
                .bind("now", now.toEpochMilli())
                .bind("cause", cause)
                .bind("status", reply.httpStatus())
                .bind("contentType", reply.contentType())
                .bind("body", reply.body())
                .execute();
        handle.execute("""
                        delete from unreadable_reply where watch_id = ? and id not in (
                            select id from unreadable_reply where watch_id = ? order by id desc limit ?)""", watch.id(), watch.id(), UNREADABLE_REPLIES_KEPT);
    }

    /** What the ledger holds of a watch that is being polled. */
    private record State(@Nullable Instant stateSince, int failures, boolean claimed, WatchHealth health) {}

    /**
     * Null where somebody else has taken the watch since, and this result comes too late. A claim that was given back while
     * its answer was on the way is still the last one: what the provider said counts, that something failed does not.
     */
    private static @Nullable State state(Handle handle, DueWatch due) {
        return handle.createQuery("""
                        select state_since, failures, claimed, %s from watch
                        where id = :id and claim = :claim""".formatted(WatchHealth.COLUMNS))
                .bind("id", due.watch().id())
                .bind("claim", due.claim())
                .map((row, context) -> {
                    long since = row.getLong("state_since");
                    return new State(
                            row.wasNull() ? null : Instant.ofEpochMilli(since),
                            row.getInt("failures"),
                            row.getBoolean("claimed"),
                            WatchHealth.of(row));
                })
                .findOne()
                .orElse(null);
    }
}
