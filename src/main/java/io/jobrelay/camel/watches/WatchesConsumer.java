package io.jobrelay.camel.watches;

import static java.util.Objects.requireNonNull;

import io.jobrelay.account.Account;
import io.jobrelay.camel.watches.WatchesComponent.Beans;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.ledger.Lease;
import io.jobrelay.logging.LogContext;
import io.jobrelay.watch.ProviderApi;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.spi.ExecutorServiceManager;
import org.apache.camel.support.DefaultConsumer;
import org.jspecify.annotations.Nullable;

/** Takes polls from the schedule and sends them down the route, with a pool of workers. */
final class WatchesConsumer extends DefaultConsumer implements Suspendable {
    private final WatchesComponent component;
    private final Beans beans;
    private final Schedule schedule;
    private final Settlement settlement;
    private @Nullable ExecutorService threads;

    WatchesConsumer(WatchesEndpoint endpoint, WatchesComponent component, Processor processor) {
        super(endpoint, processor);
        this.component = component;
        this.beans = component.beans();
        this.schedule = component.schedule();
        this.settlement = component.settlement();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        ExecutorService pool = manager().newFixedThreadPool(this, "polls", component.workers() + 1);
        threads = pool;
        pool.execute(component.keeper()::run);
        doResume();
    }

    @Override
    protected void doResume() {
        ExecutorService pool = requireNonNull(threads, "started");
        schedule.open();
        for (int i = 0; i < component.workers(); i++) {
            pool.execute(this::work);
        }
    }

    /** Polls in flight go on. */
    @Override
    protected void doSuspend() {
        schedule.close();
    }

    /** Polls in flight are cut short. */
    @Override
    protected void doStop() throws Exception {
        doSuspend();
        if (threads != null) {
            manager().shutdownNow(threads);
        }
        component.open().forEach(settlement::cutShort);
        component.keeper().stop();
        super.doStop();
    }

    private ExecutorServiceManager manager() {
        return getEndpoint().getCamelContext().getExecutorServiceManager();
    }

    private void work() {
        try {
            for (Poll poll = schedule.take(component.batchedPolls());
                    poll != null;
                    poll = schedule.take(component.batchedPolls())) {
                component.open().add(poll);
                try {
                    poll(poll);
                } finally {
                    schedule.freed(poll);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void poll(Poll poll) {
        DueWatch first = poll.due().get(0);
        if (!mayBegin(poll, first.lease())) {
            settlement.release(poll);
            return;
        }
        LogContext.polls(first.id());
        try {
            Instant now = beans.clock().instant();
            poll.begins(now, component.edits());
            if (!poll.isBatched()) {
                beans.listener().begins(first, lag(first.due(), now));
            }
            Account account = beans.accounts().get().get(poll.watch().account());
            Optional<ProviderApi> api = beans.apis().apply(poll.watch().api());
            if (account == null || api.isEmpty()) {
                settlement.postponed(poll); // until the watch is refused, or they are back
            } else {
                send(poll, account, api.get().getVolatileMembers());
            }
        } finally {
            LogContext.ends();
        }
    }

    /** A poll of an account that is handed over does not start; one that a batched poll has found still ends here. */
    private boolean mayBegin(Poll poll, Lease lease) {
        return poll.isFound()
                ? beans.leases().holds(lease)
                : beans.leases().of(lease.shard()).filter(lease::equals).isPresent();
    }

    /** A watch that was due before this process started counts from the start; one of a batched poll may be early. */
    private Duration lag(Instant due, Instant now) {
        Instant planned = due.isBefore(beans.clock().begin()) ? beans.clock().begin() : due;
        return planned.isAfter(now) ? Duration.ZERO : Duration.between(planned, now);
    }

    private void send(Poll poll, Account account, List<List<String>> volatileMembers) {
        if (!poll.isBatched()) {
            poll.compare(component.fingerprints().compare(poll.due().get(0), volatileMembers, poll.begun()));
        }
        Exchange exchange = createExchange(false);
        try {
            poll.begin(exchange, account);
            Exception failure = process(exchange);
            if (failure != null) {
                settlement.failed(poll, exchange, failure);
            } else if (exchange.isRouteStop() && poll.repeats()) {
                settlement.repeated(poll);
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
