package io.jobrelay.camel.watches;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.camel.watches.WatchesComponent.Beans;
import io.jobrelay.job.Change;
import io.jobrelay.job.JobRecord;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.ledger.Intake.Answered;
import io.jobrelay.ledger.LeaseLostException;
import io.jobrelay.ledger.LedgerException;
import io.jobrelay.logging.LogContext;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.provider.ProviderReply;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the results of polls into the ledger, and reports them once they are committed. A poll is settled once. */
final class Settlement {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.polls");

    private final WatchesComponent component;
    private final Beans beans;

    Settlement(WatchesComponent component) {
        this.component = component;
        this.beans = component.beans();
    }

    private boolean settle(Poll poll) {
        component.open().remove(poll);
        return poll.settle();
    }

    /** Takes in a result, and does not wait for the commit. */
    void done(Poll poll, List<JobRecord> records, @Nullable ProviderReply reply) {
        if (settle(poll)) {
            takeIn(poll, records, reply);
        }
    }

    /** The replies say what the last ones said: usually only the due time of the watch is to be written. */
    void repeated(Poll poll) {
        if (settle(poll)) {
            DueWatch due = poll.due().get(0);
            DueWatch next = due.repeated(beans.clock().instant());
            if (next == null) {
                takeIn(poll, List.of(), null);
            } else {
                component.schedule().ended(due, next, false);
                beans.listener().answered(due, poll.begun());
            }
        }
    }

    private void takeIn(Poll poll, List<JobRecord> records, @Nullable ProviderReply reply) {
        DueWatch due = poll.due().get(0);
        CompletableFuture<?> unused = beans.intake()
                .answered(due, records, poll.begun())
                .whenComplete((answered, trouble) -> {
                    LogContext.polls(due.id());
                    try {
                        if (trouble == null) {
                            taken(poll, due, answered);
                        } else {
                            notTaken(poll, due, requireNonNullElse(trouble.getCause(), trouble), reply);
                        }
                    } finally {
                        LogContext.ends();
                    }
                });
    }

    private void taken(Poll poll, DueWatch due, Answered answered) {
        poll.keep(answered);
        component.schedule().ended(due, answered.next(), answered.written());
        beans.listener().answered(due, poll.begun());
        for (Change change : answered.changes()) {
            JobRecord job = change.job();
            LogContext.about(job.id());
            beans.listener().changed(change);
            LOG.info(
                    "change job={} from={} to={} sequence={} reason={}",
                    job.id(),
                    change.previousState(),
                    job.state(),
                    job.sequence(),
                    job.reason());
        }
    }

    /** Trouble of the ledger is no failure of the provider; a record that the ledger cannot hold is. */
    private void notTaken(Poll poll, DueWatch due, Throwable trouble, @Nullable ProviderReply reply) {
        if (trouble instanceof LedgerException ledger && ledger.refused()) {
            String cause = "the ledger cannot hold the record: " + trouble.getMessage();
            PollFailure failure = reply == null
                    ? PollFailure.without(FailureKind.MALFORMED, cause)
                    : PollFailure.malformed(cause, reply);
            failed(poll, due, failure.redacted(beans.secrets()::mask));
        } else {
            notCommitted(List.of(due), trouble);
        }
    }

    /** A batched poll has ended: the replies it found still become records, and the other watches are polled alone. */
    void found(Poll poll, JsonNode all) {
        if (settle(poll)) {
            List<DueWatch> missing = new ArrayList<>();
            for (DueWatch due : poll.due()) {
                JsonNode found = poll.found(all, due);
                if (found == null) {
                    missing.add(due);
                } else {
                    component.schedule().found(Poll.found(due, found));
                }
            }
            pollAlone(missing);
        }
    }

    /**
     * Takes in the exception that ended the poll if it is a failure of the provider; otherwise the watch is polled again.
     */
    void failed(Poll poll, Exchange exchange, Exception exception) {
        if (PollFailures.cutShort(exception, component.edited(poll))) {
            cutShort(poll);
        } else if (!(exception instanceof LedgerException)) {
            failed(poll, PollFailures.of(exchange, exception, beans.secrets()));
        } else if (settle(poll)) {
            notCommitted(poll.due(), exception);
        }
    }

    /** Takes in a failure of the provider. */
    void failed(Poll poll, PollFailure failure) {
        if (!settle(poll)) {
            return;
        }
        if (failure.kind() == FailureKind.THROTTLED) {
            beans.rateLimits().throttled(poll.watch().account(), failure.retryAfter());
        }
        if (poll.isBatched() && component.batchedPolls().refused(poll.watch(), failure)) {
            pollAlone(poll.due());
        } else {
            poll.due().forEach(due -> failed(poll, due, failure));
        }
    }

    private void failed(Poll poll, DueWatch due, PollFailure failure) {
        beans.listener().failed(due, poll.begun(), failure);
        LOG.warn(
                "failure watch={} {}",
                due.id(),
                failure.describe(due.watch().api(), due.watch().account()));
        try {
            component.schedule().ended(due, beans.intake().failed(due, failure).orElse(null), true);
        } catch (LedgerException e) {
            notCommitted(List.of(due), e);
        }
    }

    /** Jobrelay itself ends the poll, whose watches are polled again. */
    void cutShort(Poll poll) {
        if (settle(poll)) {
            for (DueWatch due : poll.due()) {
                LOG.info(
                        "watch={} api={} was cut short by a stop or an edit, is polled again",
                        due.id(),
                        due.watch().api());
            }
            poll.due().forEach(this::release);
        }
    }

    /** The poll does not start. */
    void release(Poll poll) {
        if (settle(poll)) {
            poll.due().forEach(this::release);
        }
    }

    /** The poll cannot start now, by no fault of the provider: its watches are due later. */
    void postponed(Poll poll) {
        if (settle(poll)) {
            Instant now = beans.clock().instant();
            poll.due().forEach(due -> component.schedule().ended(due, due.later(now), true));
        }
    }

    /** The watch is due as before. */
    private void release(DueWatch due) {
        component.schedule().ended(due, due, true);
    }

    private void pollAlone(List<DueWatch> due) {
        due.forEach(component.batchedPolls()::leaveAlone);
        due.forEach(this::release);
    }

    /** The result could not be committed: the watches are polled again. */
    private void notCommitted(List<DueWatch> polled, Throwable trouble) {
        for (DueWatch due : polled) {
            if (trouble instanceof LeaseLostException) {
                LOG.info(
                        "watch={} api={} is polled by another node",
                        due.id(),
                        due.watch().api());
            } else {
                LOG.error(
                        "watch={} api={} is polled again, the result could not be committed: {}",
                        due.id(),
                        due.watch().api(),
                        trouble.getMessage());
            }
            component.schedule().ended(due, due.later(beans.clock().instant()), true);
        }
    }
}
