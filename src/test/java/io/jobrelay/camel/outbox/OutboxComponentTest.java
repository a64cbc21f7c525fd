package io.jobrelay.camel.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.delivery.AttemptResult;
import io.jobrelay.delivery.CircuitBreaker;
import io.jobrelay.delivery.DeliveryFailedException;
import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import io.jobrelay.delivery.DeliverySchedule;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Announcements;
import io.jobrelay.ledger.Delivery;
import io.jobrelay.ledger.Destinations;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.ledger.DueWatches;
import io.jobrelay.ledger.Intake;
import io.jobrelay.ledger.Lease;
import io.jobrelay.ledger.Leases;
import io.jobrelay.ledger.LedgerClock;
import io.jobrelay.ledger.LedgerDatabase;
import io.jobrelay.ledger.Nodes;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.ledger.Redelivery;
import io.jobrelay.ledger.Shard;
import io.jobrelay.ledger.Watches;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.settings.Settings.DeliverySettings;
import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.MovableClock;
import io.jobrelay.watch.Pace;
import io.jobrelay.watch.Watch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.service.ServiceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutboxComponentTest {
    private static final DeliveryListener UNHEARD = new DeliveryListener() {
        @Override
        public void delivered(Delivery delivery) {}

        @Override
        public void failed(Delivery delivery, AttemptResult result) {}
    };

    private final DefaultCamelContext context = new DefaultCamelContext();
    private LedgerView view;
    private LedgerDatabase database;
    private final MovableClock time = MovableClock.running();
    private volatile DeliverySettings delivery = settings("0s,0s");
    private Destinations destinations;
    private Outbox outbox;
    private Leases leases;
    private Watches watches;
    private Intake intake;

    @BeforeEach
    void has_a_ledger(@TempDir Path directory) {
        view = new LedgerView(directory.resolve("ledger.db"));
        database = LedgerDatabase.open(new LedgerSettings(view.url()));
        LedgerClock clock = LedgerClock.of(database, time, time::nanoTime);
        Nodes nodes = new Nodes(database, clock, System::nanoTime, new Nodes.Self("one", "test"), () -> "one");
        outbox = new Outbox(database, clock);
        leases = new Leases(database, nodes.lease());
        watches = new Watches(database, clock);
        Announcements announcements = new Announcements(
                "test", Clock.systemUTC(), () -> UUID.randomUUID().toString());
        intake = new Intake(database, outbox, announcements, clock, () -> 0);
        destinations = new Destinations(database, clock);
        context.addComponent(
                "outbox",
                new OutboxComponent(outbox, leases, clock, () -> delivery, () -> 0, Map::of, new Secrets(), UNHEARD));
    }

    @AfterEach
    void is_closed() throws IOException {
        context.close();
        database.close();
    }

    /** The dot ends the name within the id of a delivery. */
    @Test
    void refuses_a_name_with_a_dot() {
        assertThat(context.getEndpoint("outbox:my-hook_2")).isNotNull();
        assertThatThrownBy(() -> context.getEndpoint("outbox:my.hook"))
                .hasRootCauseMessage(
                        "outbox:my.hook: a destination's name must be letters, digits, hyphens and underscores");
    }

    @Test
    void puts_a_change_into_all_outboxes_of_its_route_or_into_none() throws Exception {
        CountDownLatch failed = new CountDownLatch(1);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("outbox:changes")
                        .to("outbox:one")
                        .process(exchange -> {
                            if ("bad".equals(exchange.getMessage().getHeader(OutboxHeaders.SUBJECT))) {
                                failed.countDown();
                                throw new IllegalStateException("on purpose");
                            }
                        })
                        .to("outbox:two");
            }
        });
        context.start();
        change("bad");
        assertThat(failed.await(30, TimeUnit.SECONDS)).isTrue();
        change("good");

        await().untilAsserted(() ->
                assertThat(counts()).containsExactly("changes PENDING 1", "one PENDING 1", "two PENDING 1"));
    }

    @Test
    void takes_a_change_that_its_route_lets_go_of_and_puts_in_later() throws Exception {
        CountDownLatch routed = new CountDownLatch(1);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("outbox:changes").wireTap("seda:late");
                from("seda:late").process(exchange -> routed.await()).to("outbox:late");
            }
        });
        context.start();
        change("good");
        await().untilAsserted(() -> assertThat(counts()).isEmpty());

        routed.countDown();

        await().untilAsserted(() -> assertThat(counts()).containsExactly("late PENDING 1"));
    }

    @Test
    void delivers_what_a_pause_held_up_once_the_destination_is_enabled() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("outbox:changes").to("outbox:hook");
                from("outbox:hook").process(exchange -> {
                    if (attempts.incrementAndGet() == 1) {
                        throw new DeliveryFailedException("HTTP status 503", Consequence.SLOW_DOWN, Duration.ofDays(1));
                    }
                });
            }
        });
        context.start();
        change("paused");
        await().untilAsserted(() -> assertThat(destinations.list())
                .filteredOn(destination -> destination.name().equals("hook"))
                .extracting(Destinations.Entry::error)
                .containsExactly("HTTP status 503"));

        destinations.enable("hook");

        await().untilAsserted(() -> assertThat(counts()).containsExactly("hook DELIVERED 1"));
    }

    /** Its job is not sent in parallel, even if the route does not care for being interrupted. */
    @Test
    void a_route_that_hangs_is_interrupted_and_its_attempt_has_failed() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        AtomicInteger attempts = new AtomicInteger();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("outbox:changes").to("outbox:hook");
                from("outbox:hook").process(exchange -> {
                    if (attempts.incrementAndGet() == 1) {
                        hang(interrupted, released);
                    }
                });
            }
        });
        context.start();
        change("a");
        await().until(() -> attempts.get() == 1);
        time.advance(Duration.ofSeconds(31));

        assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
        await().untilAsserted(() -> assertThat(destinations.list())
                .filteredOn(destination -> destination.name().equals("hook"))
                .extracting(Destinations.Entry::error)
                .containsExactly("the route took longer than 30s, and was interrupted"));
        change("b");
        await().untilAsserted(() -> assertThat(counts()).containsExactly("hook DELIVERED 1", "hook PENDING 1"));
        assertThat(attempts).as("that of b, and none of a").hasValue(2);
        released.countDown();

        await().untilAsserted(() -> assertThat(counts()).containsExactly("hook DELIVERED 2"));
        assertThat(attempts).hasValue(3);
    }

    @Test
    void a_route_that_hangs_holds_up_no_stop_and_its_delivery_is_made_again() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        AtomicInteger attempts = new AtomicInteger();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("outbox:changes").to("outbox:hook");
                from("outbox:hook").routeId("hook").process(exchange -> {
                    if (attempts.incrementAndGet() == 1) {
                        hang(interrupted, released);
                    }
                });
            }
        });
        context.start();
        change("a");
        await().until(() -> attempts.get() == 1);

        CompletableFuture<Void> restarted = CompletableFuture.runAsync(this::restartHook);
        await().until(restarted::isDone);
        await().untilAsserted(() -> assertThat(counts()).containsExactly("hook DELIVERED 1"));

        restarted.join();
        assertThat(interrupted.getCount()).isZero();
        assertThat(attempts).hasValue(2);
        assertThat(view.rows("select attempts from delivery"))
                .as("none that counts")
                .containsExactly("0");
        released.countDown();
    }

    private void restartHook() {
        try {
            context.getRouteController().stopRoute("hook", 1, TimeUnit.MILLISECONDS);
            context.getRouteController().startRoute("hook");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_reader_that_is_suspended_ends_what_is_under_way_and_takes_nothing_until_it_is_resumed() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        AtomicInteger attempts = new AtomicInteger();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("outbox:changes").to("outbox:hook");
                from("outbox:hook").routeId("hook").process(exchange -> {
                    attempts.incrementAndGet();
                    released.await();
                });
            }
        });
        context.start();
        change("a");
        await().until(() -> attempts.get() == 1);

        ServiceHelper.suspendService(context.getRoute("hook").getConsumer());
        change("b");
        await().untilAsserted(() -> assertThat(counts()).containsExactly("hook PENDING 2"));
        released.countDown();
        await().untilAsserted(() -> assertThat(counts()).containsExactly("hook DELIVERED 1", "hook PENDING 1"));
        assertThat(attempts).hasValue(1);

        ServiceHelper.resumeService(context.getRoute("hook").getConsumer());
        await().untilAsserted(() -> assertThat(counts()).containsExactly("hook DELIVERED 2"));
    }

    private static void hang(CountDownLatch interrupted, CountDownLatch released) {
        while (released.getCount() > 0) {
            try {
                released.await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        }
    }

    /** In one process as well: what a consumer knows of an outbox, nobody else changes. */
    @Test
    void an_outbox_has_one_reader() throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("outbox:hook").to("log:one");
                from("outbox:hook?concurrency=2").to("log:two");
            }
        });

        assertThatThrownBy(context::start)
                .hasMessageContaining("outbox:hook: is read by another route already; let one route read it");
    }

    @Test
    void goes_on_when_its_route_is_stopped_and_started_again() throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("outbox:changes").to("outbox:hook");
                from("outbox:hook").routeId("hook").to("log:hook");
            }
        });
        context.start();
        context.getRouteController().stopRoute("hook");
        change("a");
        await().untilAsserted(() -> assertThat(counts()).containsExactly("hook PENDING 1"));
        context.getRouteController().startRoute("hook");

        await().untilAsserted(() -> assertThat(counts()).containsExactly("hook DELIVERED 1"));
    }

    @Test
    void what_is_dead_and_sent_again_is_noticed() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("outbox:changes").to("outbox:hook");
                from("outbox:hook").process(exchange -> {
                    if (attempts.incrementAndGet() <= 2) {
                        throw new DeliveryFailedException("HTTP status 400", Consequence.REFUSED, null);
                    }
                });
            }
        });
        context.start();
        change("a");
        await().untilAsserted(() -> assertThat(counts()).containsExactly("hook DEAD 1"));

        new Redelivery(database).redeliver(Redelivery.Selection.ALL, null);

        await().untilAsserted(() -> assertThat(counts()).containsExactly("hook DELIVERED 1"));
    }

    /** Some attempts fail, and somebody edits the destination all the time. */
    @Test
    void keeps_each_job_in_order_and_loses_nothing() throws Exception {
        delivery = settings("0s,0s,0s,0s,0s,0s,0s,0s,0s,0s");
        int jobs = 50;
        int changes = 20;
        Random random = new Random(7);
        Map<String, List<Integer>> sent = new ConcurrentHashMap<>();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("outbox:changes").to("outbox:hook");
                from("outbox:hook").process(exchange -> {
                    synchronized (random) {
                        if (random.nextInt(20) == 0) {
                            throw new IllegalStateException("on purpose");
                        }
                    }
                    JsonNode event = Json.MAPPER.readTree(exchange.getMessage().getBody(byte[].class));
                    sent.computeIfAbsent(event.path("subject").asText(), job -> new CopyOnWriteArrayList<>())
                            .add(event.path("sequence").asInt());
                });
            }
        });
        context.start();
        Watch list = new Watch("acme-jobs", "acme", Map.of(), Pace.parse("1h..1h"), Map.of(), false, null, true);
        watches.add(list);
        for (int change = 0; change < changes; change++) {
            JobState state = change % 2 == 0 ? JobState.RUNNING : JobState.QUEUED;
            takeIn(
                    list,
                    IntStream.range(0, jobs)
                            .mapToObj(job -> JobRecords.of("job " + job, state))
                            .toList());
            destinations.enable("hook");
        }

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(counts()).containsExactly("hook DELIVERED " + jobs * changes));
        assertThat(sent).hasSize(jobs);
        assertThat(sent.values())
                .allSatisfy(sequences -> assertThat(sequences)
                        .isEqualTo(IntStream.rangeClosed(1, changes).boxed().toList()));
    }

    private void change(String job) {
        Watch watch =
                new Watch("acme-job", "acme", Map.of("id", job), Pace.parse("1h..1h"), Map.of(), false, null, false);
        watches.add(watch);
        takeIn(watch, List.of(JobRecords.of(job, JobState.RUNNING)));
    }

    private void takeIn(Watch watch, List<JobRecord> records) {
        Lease account = leases.of(Shard.account("acme")).orElseThrow();
        DueWatch due =
                new DueWatches(database).due(account, List.of(watch.id())).get(0);
        intake.answered(due, records, Instant.now()).join();
    }

    private static DeliverySettings settings(String schedule) {
        return new DeliverySettings(
                DeliverySchedule.parse(schedule, 0.2),
                Duration.ofSeconds(20),
                new CircuitBreaker(10, Duration.ofMinutes(1), Duration.ofDays(5)));
    }

    private List<String> counts() {
        return destinations.counts().stream()
                .map(count -> count.destination() + " " + count.status() + " " + count.deliveries())
                .toList();
    }
}
