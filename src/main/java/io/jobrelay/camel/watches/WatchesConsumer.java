package io.jobrelay.camel.watches;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;

import io.jobrelay.account.Account;
import io.jobrelay.camel.watches.WatchesComponent.Beans;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.ledger.LedgerException;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.trust.LogContext;
import io.jobrelay.watch.ProviderApi;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.spi.ExecutorServiceManager;
import org.apache.camel.support.DefaultConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Claims the watches that are due, and hands each poll to a worker, which sends it down the route. */
final class WatchesConsumer extends DefaultConsumer implements Suspendable {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.polls");
    /** How often to look for watches that have become due. */
    private static final long LOOK_MILLIS = 100;

    private static final long AFTER_TROUBLE_MILLIS = 1_000;

    private final WatchesComponent component;
    private final Beans beans;
    private final Settlement settlement;
    private @Nullable PollQueue queue;
    private @Nullable ExecutorService threads;

    WatchesConsumer(WatchesEndpoint endpoint, WatchesComponent component, Processor processor) {
        super(endpoint, processor);
        this.component = component;
        this.beans = component.beans();
        this.settlement = component.settlement();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        threads = manager().newFixedThreadPool(this, "polls", component.workers() + 1);
        doResume();
    }

    @Override
    protected void doResume() {
        ExecutorService pool = requireNonNull(threads, "started");
        PollQueue opened = component.openQueue();
        queue = opened;
        pool.execute(() -> claim(opened));
        for (int i = 0; i < component.workers(); i++) {
            pool.execute(() -> work(opened));
        }
    }

    /** Polls that are under way go on; those that wait for a worker are given back. */
    @Override
    protected void doSuspend() {
        if (queue != null) {
            settlement.giveBack(queue.close());
        }
    }

    /** Polls that are still under way are cut short. */
    @Override
    protected void doStop() throws Exception {
        doSuspend();
        if (threads != null) {
            manager().shutdownNow(threads);
        }
        component.open().forEach(settlement::cutShort);
        super.doStop();
    }

    private ExecutorServiceManager manager() {
        return getEndpoint().getCamelContext().getExecutorServiceManager();
    }

    private void claim(PollQueue queue) {
        try {
            while (!queue.isClosed()) {
                try {
                    List<Poll> polls =
                            component.listCalls().polls(beans.watches().claim(due -> allowed(due, queue)));
                    polls.forEach(component::enqueue);
                    if (polls.isEmpty()) {
                        queue.awaitRoom(LOOK_MILLIS);
                    }
                } catch (RuntimeException e) {
                    // Of its own trouble the ledger tells itself, once.
                    LOG.atLevel(e instanceof LedgerException ? Level.DEBUG : Level.ERROR)
                            .log("due watches cannot be claimed, tried again: {}", e.toString());
                    queue.awaitRoom(AFTER_TROUBLE_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Map<String, Integer> allowed(Map<String, Integer> due, PollQueue queue) {
        Map<String, Integer> wanted = due.entrySet().stream()
                .collect(toMap(
                        Map.Entry::getKey,
                        entry -> Math.min(entry.getValue(), queue.room(entry.getKey(), due.size()))));
        Map<String, Integer> allowed = new HashMap<>();
        wanted.forEach((account, count) -> {
            int taken = 0;
            while (taken < count && beans.rateLimits().tryTake(account) == 0) {
                taken++;
            }
            allowed.put(account, taken);
            beans.listener().allowed(account, count, taken);
        });
        return allowed;
    }

    private void work(PollQueue queue) {
        try {
            for (Poll poll = queue.take(); poll != null; poll = queue.take()) {
                try {
                    poll(poll);
                } finally {
                    queue.ended(poll);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void poll(Poll poll) {
        DueWatch first = poll.due().get(0);
        if (!beans.lease().holds(first.claimedBy())) {
            // Nobody else would, where a heartbeat was only slow and this incarnation lives on.
            settlement.giveBack(List.of(poll));
            return;
        }
        LogContext.polls(first.id());
        try {
            Instant now = beans.clock().instant();
            poll.begins(now, component.edits());
            if (!poll.together()) {
                beans.listener().begins(first, Duration.between(first.planned(), now));
            }
            Account account = beans.accounts().get().get(poll.watch().account());
            Optional<ProviderApi> api = beans.apis().apply(poll.watch().api());
            if (account == null) {
                settlement.failed(
                        poll,
                        PollFailure.without(
                                FailureKind.UNAUTHENTICATED,
                                "there is no account '" + poll.watch().account() + "' any more"));
            } else if (api.isEmpty()) {
                // A direct: endpoint would wait half a minute for it.
                settlement.failed(
                        poll,
                        PollFailure.without(
                                FailureKind.UNAVAILABLE,
                                "there is no provider API '" + poll.watch().api() + "' any more"));
            } else {
                send(poll, account, api.get().getVolatileMembers());
            }
        } finally {
            LogContext.ends();
        }
    }

    private void send(Poll poll, Account account, List<List<String>> volatileMembers) {
        if (!poll.together()) {
            poll.compare(component.fingerprints().compare(poll.due().get(0), volatileMembers, poll.begun()));
        }
        Exchange exchange = createExchange(false);
        try {
            poll.begin(exchange, account);
            Exception failure = process(exchange);
            if (failure != null) {
                settlement.failed(poll, exchange, failure);
            } else if (exchange.isRouteStop() && poll.repeats()) {
                settlement.done(poll, List.of(), null);
            } else if (!poll.isSettled()) {
                settlement.failed(
                        poll,
                        KeepReply.malformed(exchange, "the route of the poll ended without watches:done")
                                .failure());
            }
        } finally {
            releaseExchange(exchange, false);
        }
    }

    /** An error ends the poll, not the worker: a mapping without an end runs out of stack. */
    private @Nullable Exception process(Exchange exchange) {
        try {
            getProcessor().process(exchange);
            return exchange.getException();
        } catch (Throwable e) {
            return e instanceof Exception exception ? exception : new ExecutionException(e);
        }
    }
}
