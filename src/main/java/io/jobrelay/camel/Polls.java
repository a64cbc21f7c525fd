package io.jobrelay.camel;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.account.Account;
import io.jobrelay.job.JobRecord;
import io.jobrelay.ledger.Ceilings;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.ledger.LedgerException;
import io.jobrelay.ledger.Watches;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.trust.LogContext;
import io.jobrelay.watch.Watch;
import io.jobrelay.wire.RequestCutException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Route;
import org.apache.camel.StatefulService;
import org.apache.camel.support.ExchangeHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the engine's routes do between ledger and provider: {@code claim} the watches that are due, {@code begin} to poll
 * one, and take in what it brought, records or a failure.
 */
public final class Polls {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.polls");

    private static final String BEGUN = "jobrelay-replacements";
    private static final String GROUP = "jobrelay-group";

    private final Watches watches;
    private final ProviderBeans providers;
    private final Ceilings ceilings;
    private final Groups groups;
    private final PollMeter meter;
    private final ClaimSize claimSize;
    private final OpenPolls open;
    private final Answers answers;

    /** One more when routes begin to be replaced, and one more when they have been: odd in between. */
    private final AtomicLong replacements = new AtomicLong();

    /**
     * @param claimSize how many watches of an account are claimed at a time
     */
    Polls(
            Watches watches,
            ProviderBeans providers,
            Ceilings ceilings,
            Groups groups,
            PollMeter meter,
            ClaimSize claimSize,
            OpenPolls open,
            Answers answers) {
        this.watches = watches;
        this.providers = providers;
        this.ceilings = ceilings;
        this.groups = groups;
        this.meter = meter;
        this.claimSize = claimSize;
        this.open = open;
        this.answers = answers;
    }

    /**
     * The watches that are due and that their accounts' ceilings allow, and with these the others that are asked together
     * with them: each a {@link DueWatch} or a {@link Group}.
     */
    public List<Object> claim(Exchange exchange) {
        List<Object> polls = groups.of(watches.claim(this::allowed));
        polls.stream()
                .flatMap(poll -> poll instanceof Group group ? group.watches().stream() : Stream.of((DueWatch) poll))
                .forEach(open::claimed);
        exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, !polls.isEmpty());
        return polls;
    }

    private Map<String, Integer> allowed(Map<String, Integer> due) {
        int most = claimSize.next();
        Map<String, Integer> wanted = new HashMap<>(due);
        wanted.replaceAll((account, count) -> Math.min(count, most));
        Map<String, Integer> allowed = ceilings.take(wanted);
        allowed.forEach((account, count) -> meter.allowed(account, wanted.getOrDefault(account, 0), count));
        return allowed;
    }

    /**
     * Begins to poll the claimed watch in the body, which may be a {@link ToldWatch}, unless it has been given back since, or
     * left to another node.
     */
    public void begin(Exchange exchange) throws InvalidPayloadException {
        ToldWatch told = exchange.getMessage().getBody() instanceof ToldWatch watch ? watch : null;
        DueWatch due = told != null ? told.due() : exchange.getMessage().getMandatoryBody(DueWatch.class);
        if (isLeft(exchange) || !open.begin(due)) {
            exchange.setRouteStop(true);
            return;
        }
        LogContext.polls(due.id());
        exchange.removeProperty(GROUP);
        PollVariables.begin(exchange, List.of(due));
        exchange.setProperty(BEGUN, replacements.get());
        meter.begins(exchange, due);
        Account account = account(due.watch());
        if (told != null) {
            PollVariables.begin(exchange, told, account);
        } else {
            PollVariables.begin(exchange, due.watch(), account);
            prepaid(exchange, due);
        }
    }

    /** True if the route takes nothing any more. What its reader had in hand by then waits in {@link OpenPolls}. */
    private static boolean isLeft(Exchange exchange) {
        Route route = ExchangeHelper.getRoute(exchange);
        return route == null || !(route.getConsumer() instanceof StatefulService reader && reader.isStarted());
    }

    private void prepaid(Exchange exchange, DueWatch due) {
        if (ceilings.fresh(due.claimed())) {
            exchange.setProperty(SpendRequest.PREPAID, true);
        }
    }

    /** Begins to ask for the group in the body, unless it has been left to another node; all of it was claimed at once. */
    public void beginTogether(Exchange exchange) throws InvalidPayloadException {
        Group group = exchange.getMessage().getMandatoryBody(Group.class);
        if (isLeft(exchange) || !open.mayAsk(group.watches())) {
            exchange.setRouteStop(true);
            return;
        }
        exchange.setProperty(GROUP, group);
        PollVariables.begin(exchange, group.watches());
        exchange.setProperty(BEGUN, replacements.get());
        meter.begins(exchange);
        PollVariables.begin(exchange, group, account(group.common()));
        prepaid(exchange, group.watches().get(0));
    }

    /** Makes of the replies in the body, by the names of the watches, a {@link ToldWatch} each. */
    public void answeredTogether(Exchange exchange) throws InvalidPayloadException {
        Group group = exchange.getProperty(GROUP, Group.class);
        JsonNode replies = exchange.getMessage().getMandatoryBody(JsonNode.class);
        List<ToldWatch> told = new ArrayList<>();
        for (DueWatch due : group.watches()) {
            JsonNode reply = replies.get(group.name(due));
            if (reply != null) {
                told.add(new ToldWatch(due, reply));
            } else if (open.end(due)) {
                askAlone(due);
            }
        }
        exchange.getMessage().setBody(told);
    }

    private void askAlone(DueWatch due) {
        groups.leaveAlone(due);
        watches.giveBack(due);
    }

    private Account account(Watch watch) {
        Account account = providers.accounts().get(watch.account());
        if (account == null) {
            throw new PollFailedException(PollFailure.without(
                    FailureKind.UNAUTHENTICATED, "there is no account '" + watch.account() + "' any more"));
        }
        if (!providers.has(watch.api())) {
            // A direct: endpoint would wait half a minute for it.
            throw new PollFailedException(PollFailure.without(
                    FailureKind.UNAVAILABLE, "there is no provider API '" + watch.api() + "' any more"));
        }
        return account;
    }

    /** Takes in the records in the body. The poller goes on while they are being committed. */
    public void answered(Exchange exchange) {
        DueWatch due = PollVariables.due(exchange).get(0);
        List<JobRecord> records = ToRecords.of(exchange);
        open.end(due);
        claimSize.polled();
        answers.take(due, records, PollMeter.begun(exchange));
        LogContext.ends();
    }

    /** Routes begin to be replaced, or have been. */
    void replaceRoutes() {
        replacements.incrementAndGet();
    }

    private boolean routesWereReplaced(Exchange exchange) {
        long now = replacements.get();
        return now % 2 == 1 || !Long.valueOf(now).equals(exchange.getProperty(BEGUN, Long.class));
    }

    /**
     * Takes in the exception that ended the poll, if it says something about the provider. A poll that could not be
     * written to the ledger says nothing, and is given back; nor does one that our own stop cut short: the watch is taken
     * again at the next start.
     */
    public void failed(Exchange exchange) {
        try {
            takeIn(exchange);
        } finally {
            LogContext.ends();
        }
    }

    private void takeIn(Exchange exchange) {
        List<DueWatch> due = PollVariables.due(exchange);
        due.forEach(open::end);
        claimSize.polled();
        Exception exception = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        boolean cut = isCut(exception);
        if (cut && exchange.getContext().isStopping()) {
            due.forEach(watch -> LOG.info(
                    "watch={} api={} was cut short by the stop",
                    watch.id(),
                    watch.watch().api()));
        } else if (cut && routesWereReplaced(exchange)) {
            due.forEach(open::cutShort);
        } else if (exception instanceof LedgerException) {
            due.forEach(watch -> answers.inVain(watch, exception));
        } else {
            takeIn(exchange, due, PollFailures.of(exchange, exception));
        }
    }

    /** True unless the exception says something about the provider, or the ledger. */
    private static boolean isCut(Exception exception) {
        return exception instanceof RequestCutException
                || exception.getCause() instanceof RequestCutException
                || !(exception instanceof PollFailedException
                        || exception instanceof IOException
                        || exception instanceof LedgerException);
    }

    private void takeIn(Exchange exchange, List<DueWatch> due, PollFailure failure) {
        if (failure.kind() == FailureKind.THROTTLED) {
            ceilings.throttled(due.get(0).watch().account(), failure.retryAfter());
        }
        Group group = exchange.getProperty(GROUP, Group.class);
        if (group != null && groups.refused(group, failure)) {
            due.forEach(this::askAlone);
        } else {
            due.forEach(watch -> answers.take(watch, failure, PollMeter.begun(exchange)));
        }
    }
}
