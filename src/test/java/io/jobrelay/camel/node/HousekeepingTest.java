package io.jobrelay.camel.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.jobrelay.camel.node.Housekeeping.Task;
import io.jobrelay.ledger.LedgerException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(60)
class HousekeepingTest {
    private static final Duration OFTEN = Duration.ofMillis(1);

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.jobrelay.nodes");
    private final CamelContext context = new DefaultCamelContext();

    @BeforeEach
    void starts() {
        log.start();
        logger.addAppender(log);
        context.start();
    }

    @AfterEach
    void stops() {
        context.stop();
        logger.detachAppender(log);
    }

    private void run(Task... tasks) throws Exception {
        context.addService(new Housekeeping(context, List.of(tasks)));
    }

    @Test
    void a_task_that_fails_is_logged_and_runs_again() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        run(new Task("purge", OFTEN, () -> {
            if (runs.incrementAndGet() == 1) {
                throw new AssertionError("broken");
            }
        }));

        await().untilAsserted(() -> assertThat(runs).hasValueGreaterThan(2));

        assertThat(log.list).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.ERROR);
            assertThat(event.getFormattedMessage()).isEqualTo("purge: broken");
        });
    }

    @Test
    void the_ledger_logs_its_own_trouble() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        run(new Task("monitor", OFTEN, () -> {
            runs.incrementAndGet();
            throw new LedgerException("disk full");
        }));

        await().untilAsserted(() -> assertThat(runs).hasValueGreaterThan(2));

        assertThat(log.list).isEmpty();
    }

    @Test
    void a_task_that_hangs_holds_up_no_other() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger beats = new AtomicInteger();
        run(
                new Task("monitor", OFTEN, () -> {
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }),
                new Task("heartbeat", OFTEN, beats::incrementAndGet));

        await().untilAsserted(() -> assertThat(beats).hasValueGreaterThan(10));
        end.countDown();
    }

    /** Or another node would take over what this one still ends. */
    @Test
    void the_heartbeat_goes_on_while_routes_end_what_is_in_flight() throws Exception {
        AtomicInteger beats = new AtomicInteger();
        CountDownLatch inFlight = new CountDownLatch(1);
        AtomicInteger whileEnding = new AtomicInteger(-1);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("seda:work").process(exchange -> {
                    inFlight.countDown();
                    await().until(() -> !getContext().getStatus().isStarted());
                    int before = beats.get();
                    await().until(() -> beats.get() > before + 3);
                    whileEnding.set(beats.get() - before);
                });
            }
        });
        run(new Task("heartbeat", OFTEN, beats::incrementAndGet));
        try (ProducerTemplate template = context.createProducerTemplate()) {
            template.sendBody("seda:work", "a poll");
        }
        inFlight.await();

        context.stop();

        assertThat(whileEnding).hasValueGreaterThan(3);
    }
}
