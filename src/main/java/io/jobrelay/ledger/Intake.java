package io.jobrelay.ledger;

import io.jobrelay.job.Change;
import io.jobrelay.job.HealthChange;
import io.jobrelay.job.JobRecord;
import io.jobrelay.ledger.GroupCommit.Batch;
import io.jobrelay.provider.PollFailure;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.DoubleSupplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * Takes in what polls brought, that of several polls together where they end at the same time. In one transaction: the jobs as
 * they are now, the changes with their sequence and the final bytes of their events, the first delivery of each (to the
 * router), and when the watch is due again.
 */
public final class Intake {
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
     * What followed from a good answer.
     *
     * @param next the watch as it is from now on; null if it is not polled any more, or not as it was
     * @param written false if the times of {@code next} are still to be noted
     * @param repeatable true if an equal answer brings nothing, until another watch changes one of its jobs
     * @param until when that ends, in the ledger's time: a job has then been in its state for too long
     * @param displaced the watches that had brought the last changes of these jobs
     */
    public record Answered(
            List<Change> changes,
            @Nullable DueWatch next,
            boolean written,
            boolean repeatable,
            Instant until,
            Set<String> displaced) {
        /** Nothing follows from an answer to a watch that was edited meanwhile. */
        private static final Answered NOTHING = new Answered(List.of(), null, true, false, Instant.MIN, Set.of());
    }

    /**
     * Takes in the records of a good answer. The future gives what followed, once that is committed; or fails
     * with a {@link LedgerException}, as {@link LedgerDatabase#begin} does.
     *
     * <p>Two watches may see the same job, and their answers come in any order. A record is left out if another watch has
     * brought a change of its job since this poll began: which of the two is older cannot be known before the next poll.
     *
     * @param begun when the poll began, in the ledger's time
     */
    public CompletableFuture<Answered> answered(DueWatch due, List<JobRecord> records, Instant begun) {
        return database.begin(answers, due.lease(), new Answer(due, records, begun, clock.instant()))
                .thenApply(answered -> {
                    // Most polls bring nothing new. A change of health is not urgent: the router looks from time to
                    // time.
                    if (!answered.changes().isEmpty()) {
                        outbox.wake(Outbox.CHANGES);
                    }
                    return answered;
                });
    }

    private record Answer(DueWatch due, List<JobRecord> records, Instant begun, Instant now) {}

    private List<Answered> takeIn(Handle handle, List<Answer> answers) {
        Map<String, State> states =
                states(handle, answers.stream().map(Answer::due).toList());
        Jobs jobs = Jobs.of(
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
        Announcements.Batch announced = announcements.batch(handle);
        PreparedBatch watches = handle.prepareBatch("""
                update watch set due_at = :due, state_since = :since,
                    failures = 0, failure = null, answered_at = :now, stale_at = :now + stale_after,
                    state = case when :ended and state = 'ACTIVE' then 'ENDED' else state end
                where id = :id""");
        List<Answered> made = new ArrayList<>();
        for (Answer answer : answers) {
            State before = State.unedited(states, answer.due());
            made.add(before == null ? Answered.NOTHING : takeIn(handle, answer, before, jobs, announced, watches));
        }
        jobs.write(handle);
        announced.write();
        if (watches.size() > 0) {
            watches.execute();
        }
        return made;
    }

    private Answered takeIn(
            Handle handle,
            Answer answer,
            State before,
            Jobs jobs,
            Announcements.Batch announced,
            PreparedBatch watches) {
        DueWatch due = answer.due();
        Instant now = answer.now();
        List<JobRecord> upToDate = answer.records().stream()
                .filter(record -> !jobs.outdated(due, record, now))
                .toList();
        List<Change> made = new ArrayList<>();
        Set<String> displaced = new HashSet<>();
        boolean ended = false;
        boolean repeatable = upToDate.size() == answer.records().size();
        Instant until = Instant.MAX;
        for (JobRecord record : upToDate) {
            KnownJob known = jobs.find(record.id());
            if (known == null || !known.changedByAnother(due, answer.begun())) {
                boolean overdue = known != null && now.isAfter(known.overdueAt(due.watch()));
                Change.Last last = known == null ? null : known.last();
                Change.between(last, record, due.watch().progress(), overdue).ifPresent(found -> {
                    jobs.put(due, found.job(), now);
                    announced.add(found, now.toEpochMilli());
                    made.add(found);
                });
                ended |= record.terminal() && !due.watch().list();
            }
            KnownJob after = jobs.find(record.id());
            if (after == null || !after.changedBy(due)) {
                repeatable = false;
                continue;
            }
            if (known != null && !known.changedBy(due)) {
                displaced.add(known.watch());
            }
            Instant overdueAt = after.overdueAt(due.watch());
            until = overdueAt.isBefore(until) ? overdueAt : until;
        }
        boolean stateChanged = made.stream()
                .anyMatch(change -> change.previousState() != change.job().state());
        Instant since = stateChanged || before.stateSince == null ? now : before.stateSince;
        DueWatch next = due.after(since, now);
        before.health.become(handle, due.watch(), HealthChange.OK, false, null, announced, clock);
        boolean written = !made.isEmpty() || ended || before.stateSince == null || !before.well();
        if (written) {
            watches.bind("due", next.due().toEpochMilli())
                    .bind("since", since.toEpochMilli())
                    .bind("now", now.toEpochMilli())
                    .bind("ended", ended)
                    .bind("id", due.id())
                    .add();
        }
        return new Answered(made, ended ? null : next, written, repeatable && !ended, until, displaced);
    }

    /**
     * Takes in a failure: no record changes, the watch waits longer, and its health may have changed.
     *
     * @return the watch as it is from now on; empty if it was edited meanwhile
     */
    public Optional<DueWatch> failed(DueWatch due, PollFailure failure) {
        Instant now = clock.instant();
        return database.write(
                due.lease(),
                handle -> Optional.ofNullable(State.unedited(states(handle, List.of(due)), due))
                        .map(before -> takeIn(handle, due, before, failure, now)));
    }

    private DueWatch takeIn(Handle handle, DueWatch due, State before, PollFailure failure, Instant now) {
        Duration wait = due.watch().pace().afterFailure(before.failures + 1, random.getAsDouble());
        if (failure.retryAfter() != null && failure.retryAfter().compareTo(wait) > 0) {
            wait = failure.retryAfter();
        }
        Announcements.Batch announced = announcements.batch(handle);
        HealthChange.Failure reason = new HealthChange.Failure(failure.httpStatus(), failure.code(), failure.message());
        before.health.become(
                handle, due.watch(), failure.kind().name(), before.health.stale(), reason, announced, clock);
        announced.write();
        Instant next = now.plus(wait).truncatedTo(ChronoUnit.MILLIS);
        handle.execute(
                "update watch set due_at = ?, failures = failures + 1, failure = ? where id = ?",
                next,
                reason,
                due.id());
        if (failure.reply() != null) {
            UnreadableReplies.keep(handle, due.id(), failure.message(), failure.reply(), now);
        }
        return due.failed(next);
    }

    /** What the ledger holds of a watch that was polled. */
    private record State(long edit, @Nullable Instant stateSince, int failures, WatchHealth health) {
        /** Null if the watch was edited since: what is taken in is of what it was before. */
        static @Nullable State unedited(Map<String, State> states, DueWatch due) {
            State state = states.get(due.id());
            return state != null && state.edit == due.edit() ? state : null;
        }

        boolean well() {
            return failures == 0 && health.health().equals(HealthChange.OK) && !health.stale();
        }
    }

    private static Map<String, State> states(Handle handle, List<DueWatch> due) {
        Map<String, State> states = new HashMap<>();
        handle.createQuery("""
                        select id, edit, state_since, failures, %s from watch where id in (<ids>)""".formatted(WatchHealth.COLUMNS))
                .bindList("ids", InList.of(due.stream().map(DueWatch::id).toList()))
                .map((row, context) -> Map.entry(
                        row.getString("id"),
                        new State(
                                row.getLong("edit"),
                                LedgerTypes.instant(row, "state_since"),
                                row.getInt("failures"),
                                WatchHealth.of(row))))
                .forEach(state -> states.put(state.getKey(), state.getValue()));
        return states;
    }
}
