package io.jobrelay.camel;

import io.jobrelay.account.Account;
import io.jobrelay.account.RequestBudget;
import io.jobrelay.job.Change;
import io.jobrelay.job.JobRecord;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.ledger.Intake;
import io.jobrelay.ledger.LedgerException;
import io.jobrelay.ledger.Watches;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.PollFailure;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the engine's routes do between ledger and provider: {@code claim} the watches that are due, {@code begin} to poll
 * one, and take in what it brought, records or a failure.
 */
public final class Polls {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.polls");

    private final Watches watches;
    private final Intake intake;
    private final RequestBudget budget;
    private final PollLag lag;
    private final Map<String, Account> accounts;
    private final int most;
    private final Consumer<Change> changes;

    /**
     * @param most how many watches are claimed at a time
     * @param changes told of every change once it is committed
     */
    Polls(
            Watches watches,
            Intake intake,
            RequestBudget budget,
            PollLag lag,
            Map<String, Account> accounts,
            int most,
            Consumer<Change> changes) {
        this.watches = watches;
        this.intake = intake;
        this.budget = budget;
        this.lag = lag;
        this.accounts = Map.copyOf(accounts);
        this.most = most;
        this.changes = changes;
    }

    /** The watches that are due and that their accounts' ceilings allow. */
    public List<DueWatch> claim(Exchange exchange) {
        List<DueWatch> due = watches.claim((account, count) -> budget.take(account, Math.min(count, most)));
        exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, !due.isEmpty());
        return due;
    }

    /** Begins to poll the claimed watch in the body. */
    public void begin(Exchange exchange) throws InvalidPayloadException {
        DueWatch due = exchange.getMessage().getMandatoryBody(DueWatch.class);
        PollVariables.begin(exchange, due);
        lag.begins(due);
        Account account = accounts.get(due.watch().account());
        if (account == null) {
            throw new PollFailedException(PollFailure.without(
                    FailureKind.UNAUTHENTICATED,
                    "there is no account '" + due.watch().account() + "' any more"));
        }
        PollVariables.begin(exchange, due.watch(), account);
        exchange.setProperty(SpendRequest.PREPAID, true);
    }

    /** Takes in the records in the body. */
    public void answered(Exchange exchange) {
        DueWatch due = PollVariables.due(exchange);
        @SuppressWarnings("unchecked") // a provider's route ends with to-records
        List<JobRecord> records = exchange.getMessage().getBody(List.class);
        for (Change change : intake.answered(due, records)) {
            JobRecord job = change.job();
            changes.accept(change);
            LOG.info(
                    "job={} sequence={} state={} previous={}",
                    job.id(),
                    job.sequence(),
                    job.state(),
                    change.previousState());
        }
    }

    /**
     * Takes in the exception that ended the poll, if it says something about the provider. A poll that could not be
     * written to the ledger says nothing, and is given back; nor does one that our own stop cut short: the watch is taken
     * again at the next start.
     */
    public void failed(Exchange exchange) {
        DueWatch due = PollVariables.due(exchange);
        Exception exception = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        if (exchange.getContext().isStopping()) {
            LOG.info(
                    "watch={} api={} was cut short by the stop",
                    due.watch().id(),
                    due.watch().api());
            return;
        }
        if (exception instanceof LedgerException) {
            LOG.error(
                    "watch={} api={} was polled in vain: {}",
                    due.watch().id(),
                    due.watch().api(),
                    exception.getMessage());
            watches.giveBack(due);
            return;
        }
        PollFailure failure = PollFailures.of(exchange, exception);
        LOG.warn(
                "watch={} api={} failure={} status={} code={}: {}",
                due.watch().id(),
                due.watch().api(),
                failure.kind(),
                failure.httpStatus(),
                failure.code(),
                failure.message());
        intake.failed(due, failure);
    }
}
