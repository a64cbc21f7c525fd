package io.jobrelay.ledger;

import io.jobrelay.job.Change;
import io.jobrelay.job.HealthChange;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.GroupCommit.Batch;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.provider.UnreadableReply;
import io.jobrelay.watch.Watch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.DoubleSupplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * Takes in what polls brought, several at once where several have come. In one transaction: the jobs as they are now, the
 * changes with their sequence and the final bytes of their events, the first delivery of each (to the router), and when
 * the watch is due again.
 */
public final class Intake {
    private static final int UNREADABLE_REPLIES_KEPT = 10;

    private final LedgerDatabase database;
    private final Outbox outbox;
    private final Announcements announcements;
    private final LedgerClock clock;
    private final DoubleSupplier random;
    private final Batch<Answer, Answered> answers = this::takeIn;

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
     * What a good answer came to.
     *
     * @param repeatable true if an equal answer brings nothing, as long as the watch is the last to have changed so many jobs
     * @param jobs how many jobs that are
     * @param until when that ends, in the ledger's time: a job has then been in its state for too long
     */
    public record Answered(List<Change> changes, boolean repeatable, long jobs, Instant until) {
        /** An answer that came too late, or that nothing is to be concluded from. */
        private static Answered nothing() {
            return new Answered(List.of(), false, 0, Instant.MIN);
        }
    }

    /**
     * Takes in the records of a good answer. The future brings what they came to, once that is committed; or fails
     * with a {@link LedgerException}, as {@link LedgerDatabase#begin} does.
     *
     * <p>Two watches may see the same job, and their answers come in any order. A record is left aside where another watch
     * has brought a change of its job since this poll began: which of the two is older nobody can say, and the next poll
     * tells.
     *
     * @param records none for an answer that says what the last one said
     */
    public CompletableFuture<Answered> answered(DueWatch due, List<JobRecord> records) {
        return database.begin(answers, new Answer(due, records, clock.instant()))
                .thenApply(answered -> {
                    // Most polls bring nothing new. A change of health has no hurry: the router looks by itself.
                    if (!answered.changes().isEmpty()) {
                        outbox.wake(Outbox.CHANGES);
                    }
                    return answered;
                });
    }

    private record Answer(DueWatch due, List<JobRecord> records, Instant now) {}

    private List<Answered> takeIn(Handle handle, List<Answer> answers) {
        Map<String, State> states =
                states(handle, answers.stream().map(Answer::due).toList());
        List<Answer> inTime = answers.stream()
                .filter(answer -> State.held(states, answer.due()) != null)
                .toList();
        Jobs jobs = jobs(handle, inTime);
        PreparedBatch watches = handle.prepareBatch("""
                update watch set due_at = :due, claim = claim + 1, claimed = false, claimed_by = null, state_since = :since,
                    failures = 0, failure = null, answered_at = :now, blind_at = :now + blind_after,
                    state = case when :ended and state = 'ACTIVE' then 'ENDED' else state end
                where id = :id""");
        List<Answered> made = new ArrayList<>();
        for (Answer answer : answers) {
            State before = State.held(states, answer.due());
            made.add(before == null ? Answered.nothing() : takeIn(handle, answer, before, jobs, watches));
        }
        jobs.write(handle);
        if (!inTime.isEmpty()) {
            watches.execute();
        }
        return made;
    }

    private static Jobs jobs(Handle handle, List<Answer> answers) {
        return Jobs.of(
                handle,
                answers.stream()
                        .filter(answer -> !answer.due().watch().list()
                                && !answer.records().isEmpty())
                        .map(answer -> answer.due().id())
                        .toList(),
                answers.stream()
                        .flatMap(answer -> answer.records().stream())
                        .map(JobRecord::id)
                        .toList());
    }

    private Answered takeIn(Handle handle, Answer answer, State before, Jobs jobs, PreparedBatch watches) {
        DueWatch due = answer.due();
        Instant now = answer.now();
        List<JobRecord> upToDate = answer.records().stream()
                .filter(record -> !jobs.outdated(due, record, now))
                .toList();
        List<Change> made = new ArrayList<>();
        boolean ended = false;
        boolean repeatable = upToDate.size() == answer.records().size();
        long own = due.jobs();
        Instant until = Instant.MAX;
        for (JobRecord record : upToDate) {
            Jobs.Known known = jobs.find(record.id());
            if (known == null || !known.changedByAnother(due)) {
                takeIn(due, known, record, jobs, now).ifPresent(made::add);
                ended |= record.terminal() && !due.watch().list();
            }
            Jobs.Known after = jobs.find(record.id());
            if (after == null || !after.changedBy(due)) {
                repeatable = false;
                continue;
            }
            own += known == null || !known.changedBy(due) ? 1 : 0;
            Instant overdue = after.overdueAt(due.watch());
            until = overdue.isBefore(until) ? overdue : until;
        }
        boolean stateChanged = made.stream()
                .anyMatch(change -> change.previousState() != change.job().state());
        Instant since = stateChanged || before.stateSince == null ? now : before.stateSince;
        Duration wait = due.watch().pace().afterAnswer(Duration.between(since, now));
        before.health.become(handle, due.watch(), HealthChange.OK, false, null, announcements, clock);
        watches.bind("due", now.plus(wait).toEpochMilli())
                .bind("since", since.toEpochMilli())
                .bind("now", now.toEpochMilli())
                .bind("ended", ended)
                .bind("id", due.id())
                .add();
        return new Answered(made, repeatable && !ended, own, until);
    }

    private Optional<Change> takeIn(
            DueWatch due, Jobs.@Nullable Known known, JobRecord record, Jobs jobs, Instant now) {
        Watch watch = due.watch();
        Optional<Change> change = known == null
                ? Change.between(null, record, watch.progress(), false)
                : Change.between(known.last(), record, watch.progress(), now.isAfter(known.overdueAt(watch)));
        change.ifPresent(made -> {
            jobs.put(due, made.job(), now);
            announcements.announce(made, now.toEpochMilli());
        });
        return change;
    }

    /** Takes in a failure: no record changes, the watch waits longer, and its health may have changed. */
    public void failed(DueWatch due, PollFailure failure) {
        Instant now = clock.instant();
        database.write(handle -> {
            State watch = State.held(states(handle, List.of(due)), due);
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
                            update watch set due_at = :due, claim = claim + 1, claimed = false, claimed_by = null, failures = failures + 1, failure = :failure
                            where id = :id""")
                    .bind("due", now.plus(wait).toEpochMilli())
                    .bind("failure", Json.write(reason))
                    .bind("id", due.id())
                    .execute();
            if (failure.reply() != null) {
                keep(handle, due.watch(), failure.message(), failure.reply(), now);
            }
            return null;
        });
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
    private record State(long claim, @Nullable Instant stateSince, int failures, boolean claimed, WatchHealth health) {
        /**
         * Null where somebody else has taken the watch since, and this result comes too late. A claim that was given back while
         * its answer was on the way is still the last one: what the provider said counts, that something failed does not.
         */
        static @Nullable State held(Map<String, State> states, DueWatch due) {
            State state = states.get(due.id());
            return state != null && state.claim == due.claim() ? state : null;
        }
    }

    private static Map<String, State> states(Handle handle, List<DueWatch> due) {
        Map<String, State> states = new HashMap<>();
        handle.createQuery("""
                        select id, claim, state_since, failures, claimed, %s from watch
                        where id in (<ids>) order by id <forUpdate>""".formatted(WatchHealth.COLUMNS))
                .bindList("ids", InList.of(due.stream().map(DueWatch::id).toList()))
                .map((row, context) -> {
                    Long since = Times.millis(row, "state_since");
                    return Map.entry(
                            row.getString("id"),
                            new State(
                                    row.getLong("claim"),
                                    since == null ? null : Instant.ofEpochMilli(since),
                                    row.getInt("failures"),
                                    row.getBoolean("claimed"),
                                    WatchHealth.of(row)));
                })
                .forEach(state -> states.put(state.getKey(), state.getValue()));
        return states;
    }
}
