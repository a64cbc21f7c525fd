package io.jobrelay.camel;

import static java.util.Objects.requireNonNullElse;

import io.jobrelay.job.Change;
import io.jobrelay.job.JobRecord;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.ledger.Intake;
import io.jobrelay.ledger.LedgerException;
import io.jobrelay.ledger.Watches;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.trust.LogContext;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings what polls came to, records or a failure, into the ledger, and tells of it once it is there. */
final class Answers {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.polls");

    private final Intake intake;
    private final Watches watches;
    private final PollMeter meter;
    private final Metrics metrics;
    private final Consumer<Change> changes;

    /**
     * @param changes told of every change once it is committed
     */
    Answers(Intake intake, Watches watches, PollMeter meter, Metrics metrics, Consumer<Change> changes) {
        this.intake = intake;
        this.watches = watches;
        this.meter = meter;
        this.metrics = metrics;
        this.changes = changes;
    }

    /** Takes in the records of a good answer, and does not wait for the ledger. */
    void take(DueWatch due, List<JobRecord> records, Instant begun) {
        CompletableFuture<?> unused =
                intake.answered(due, records).whenComplete((made, trouble) -> taken(due, begun, made, trouble));
    }

    /** The answer is committed, or could not be. */
    private void taken(DueWatch due, Instant begun, List<Change> made, @Nullable Throwable trouble) {
        LogContext.polls(due.id());
        try {
            if (trouble != null) {
                inVain(due, requireNonNullElse(trouble.getCause(), trouble));
            } else {
                meter.answered(begun, due.watch());
                made.forEach(this::tell);
            }
        } finally {
            LogContext.ends();
        }
    }

    private void tell(Change change) {
        JobRecord job = change.job();
        LogContext.about(job.id());
        metrics.change(job.provider().api(), job.state().name());
        changes.accept(change);
        LOG.info(
                "change job={} from={} to={} sequence={} reason={}",
                job.id(),
                change.previousState(),
                job.state(),
                job.sequence(),
                job.reason());
    }

    /** Takes in a failure, which says something about the provider. */
    void take(DueWatch due, PollFailure failure, Instant begun) {
        meter.failed(begun, due.watch(), failure);
        LOG.warn(
                "failure watch={} {}",
                due.id(),
                failure.describe(due.watch().api(), due.watch().account()));
        try {
            intake.failed(due, failure);
        } catch (LedgerException e) {
            inVain(due, e);
        }
    }

    /** What the provider said could not be written to the ledger: it is asked again as soon as it can be. */
    void inVain(DueWatch due, Throwable trouble) {
        LOG.error(
                "watch={} api={} was polled in vain: {}", due.id(), due.watch().api(), trouble.getMessage());
        watches.giveBack(due);
    }
}
