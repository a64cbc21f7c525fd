package io.jobrelay.camel.node;

import static java.util.Objects.requireNonNull;

import io.jobrelay.ledger.LedgerException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.support.service.ServiceSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the tasks of a node again and again, each on a thread of its own, so that none waits for another. A task that fails is
 * logged and runs again when its time comes. As a service of the Camel context it outlives the routes: the heartbeat goes on
 * while they end what is in flight.
 */
public final class Housekeeping extends ServiceSupport {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.nodes");

    private final CamelContext context;
    private final List<Task> tasks;
    private @Nullable ScheduledExecutorService threads;

    /**
     * A task.
     *
     * @param name for the log
     * @param delay from the end of one run to the beginning of the next; the first run begins at once
     */
    public record Task(String name, Duration delay, Runnable work) {}

    public Housekeeping(CamelContext context, List<Task> tasks) {
        this.context = context;
        this.tasks = List.copyOf(tasks);
    }

    @Override
    protected void doStart() {
        ScheduledExecutorService scheduled =
                context.getExecutorServiceManager().newScheduledThreadPool(this, "housekeeping", tasks.size());
        threads = scheduled;
        for (Task task : tasks) {
            ScheduledFuture<?> unused =
                    scheduled.scheduleWithFixedDelay(() -> run(task), 0, task.delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static void run(Task task) {
        try {
            task.work.run();
        } catch (LedgerException e) {
            LOG.debug("{}: {}", task.name, e.getMessage()); // the ledger logs its own trouble, once
        } catch (RuntimeException | Error e) {
            LOG.error("{}: {}", task.name, e.getMessage(), e);
        }
    }

    @Override
    protected void doStop() {
        context.getExecutorServiceManager().shutdownGraceful(requireNonNull(threads, "not started"));
    }
}
