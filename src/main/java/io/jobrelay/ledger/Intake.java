package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import io.jobrelay.job.Change;
import io.jobrelay.job.Event;
import io.jobrelay.job.HealthChange;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.Json;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.provider.UnreadableReply;
import io.jobrelay.watch.Watch;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
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
    private final String instance;
    private final Clock clock;
    private final Supplier<String> eventIds;
    private final DoubleSupplier random;

    /**
     * @param instance the name in the source of every event
     * @param eventIds unique and without dots
     * @param random from 0 to 1
     */
    public Intake(
            LedgerDatabase database,
            Outbox outbox,
            String instance,
            Clock clock,
            Supplier<String> eventIds,
            DoubleSupplier random) {
        this.database = database;
        this.outbox = outbox;
        this.instance = instance;
        this.clock = clock;
        this.eventIds = eventIds;
        this.random = random;
    }

    /** Takes in the records of a good answer and returns the changes that they made, committed. */
    public List<Change> answered(DueWatch due, List<JobRecord> records) {
        Instant now = clock.instant();
        List<Change> changes = database.write(handle -> {
            State watch = state(handle, due);
            if (watch == null) {
                return List.of();
            }
            List<Change> made = new ArrayList<>();
            for (JobRecord record : records) {
                takeIn(handle, due.watch(), record, now).ifPresent(made::add);
            }
            boolean stateChanged = made.stream()
                    .anyMatch(change -> change.previousState() != change.job().state());
            Instant since = stateChanged || watch.stateSince == null ? now : watch.stateSince;
            Duration wait = due.watch().pace().afterAnswer(Duration.between(since, now));
            boolean ended = !due.watch().list() && records.stream().anyMatch(JobRecord::terminal);
            changeHealth(handle, due.watch(), watch, HealthChange.OK, null, now);
            handle.createUpdate("""
                            update watch set due_at = :due, claimed = 0, state_since = :since, failures = 0,
                                failure = null, answered_at = :now,
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
            if (watch == null) {
                return null;
            }
            Duration wait = due.watch().pace().afterFailure(watch.failures + 1, random.getAsDouble());
            if (failure.retryAfter() != null && failure.retryAfter().compareTo(wait) > 0) {
                wait = failure.retryAfter();
            }
            HealthChange.Failure reason =
                    new HealthChange.Failure(failure.httpStatus(), failure.code(), failure.message());
            changeHealth(handle, due.watch(), watch, failure.kind().name(), reason, now);
            handle.createUpdate("""
                            update watch set due_at = :due, claimed = 0, failures = failures + 1, failure = :failure
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

    private Optional<Change> takeIn(Handle handle, Watch watch, JobRecord record, Instant now) {
        Change.Last last = Jobs.last(handle, record.id());
        Optional<Change> change = Change.between(last, record, watch.progress());
        change.ifPresent(made -> {
            JobRecord job = made.job();
            Jobs.put(handle, watch, job);
            Event event = Event.of(eventIds.get(), instance, made, now);
            append(handle, event, requireNonNull(job.sequence(), "a change is numbered"), now);
        });
        return change;
    }

    private void changeHealth(
            Handle handle,
            Watch watch,
            State state,
            String health,
            HealthChange.@Nullable Failure failure,
            Instant now) {
        if (state.health.equals(health)) {
            return;
        }
        HealthChange change = new HealthChange(
                new HealthChange.Subject(watch.id(), watch.api(), watch.account(), watch.parameters(), watch.labels()),
                health,
                state.health,
                failure);
        long sequence = state.healthSequence + 1;
        handle.execute("update watch set health = ?, health_sequence = ? where id = ?", health, sequence, watch.id());
        append(handle, Event.of(eventIds.get(), instance, change, sequence, now), sequence, now);
    }

    private void append(Handle handle, Event event, long sequence, Instant now) {
        handle.createUpdate("""
                        insert into change (event_id, subject, sequence, type, event, created_at)
                        values (:id, :subject, :sequence, :type, :event, :now)""")
                .bind("id", event.id())
                .bind("subject", event.subject())
                .bind("sequence", sequence)
                .bind("type", event.type())
                .bind("event", event.bytes())
                .bind("now", now.toEpochMilli())
                .execute();
        Outbox.add(handle, Outbox.CHANGES, event.id(), now.toEpochMilli());
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
    private record State(@Nullable Instant stateSince, int failures, String health, long healthSequence) {}

    /** Null where the claim has run out: somebody else has taken the watch since, and this result comes too late. */
    private static @Nullable State state(Handle handle, DueWatch due) {
        return handle.createQuery("""
                        select state_since, failures, health, health_sequence from watch
                        where id = :id and claim = :claim and claimed""")
                .bind("id", due.watch().id())
                .bind("claim", due.claim())
                .map((row, context) -> {
                    long since = row.getLong("state_since");
                    return new State(
                            row.wasNull() ? null : Instant.ofEpochMilli(since),
                            row.getInt("failures"),
                            row.getString("health"),
                            row.getLong("health_sequence"));
                })
                .findOne()
                .orElse(null);
    }
}
