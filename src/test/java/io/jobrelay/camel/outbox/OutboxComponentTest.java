package io.jobrelay.camel.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.jobrelay.delivery.CircuitBreaker;
import io.jobrelay.delivery.DeliveryFailedException;
import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import io.jobrelay.delivery.DeliverySchedule;
import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.ledger.Announcements;
import io.jobrelay.ledger.Delivery;
import io.jobrelay.ledger.Destinations;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.ledger.Intake;
import io.jobrelay.ledger.Lease;
import io.jobrelay.ledger.Leases;
import io.jobrelay.ledger.LedgerClock;
import io.jobrelay.ledger.LedgerDatabase;
import io.jobrelay.ledger.Nodes;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.ledger.Shard;
import io.jobrelay.ledger.Watches;
import io.jobrelay.settings.Settings.DeliverySettings;
import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.trust.Secrets;
import io.jobrelay.watch.Pace;
import io.jobrelay.watch.Watch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutboxComponentTest {
    private static final DeliveryListener UNHEARD = new DeliveryListener() {
        @Override
        public void delivered(Delivery delivery) {}

        @Override
        public void failed(Delivery delivery, Outbox.Fate fate) {}
    };

    private final DefaultCamelContext context = new DefaultCamelContext();
    private LedgerDatabase database;
    private Outbox outbox;
    private Leases leases;
    private Watches watches;
    private Intake intake;

    @BeforeEach
    void has_a_ledger(@TempDir Path directory) {
        database = LedgerDatabase.open(new LedgerSettings("jdbc:sqlite:" + directory.resolve("ledger.db")));
        DeliverySettings delivery = new DeliverySettings(
                DeliverySchedule.parse("0s,0s", 0.2),
                Duration.ofSeconds(20),
                new CircuitBreaker(10, Duration.ofMinutes(1), Duration.ofDays(5)));
        LedgerClock clock = LedgerClock.of(database, Clock.systemUTC(), System::nanoTime);
        Nodes nodes = new Nodes(database, clock, System::nanoTime, new Nodes.Self("one", "test"), () -> "one");
        outbox = new Outbox(database, clock, delivery.circuit(), nodes.lease());
        leases = new Leases(database, nodes.lease());
        watches = new Watches(database, clock);
        Announcements announcements = new Announcements(
                database, "test", Clock.systemUTC(), () -> UUID.randomUUID().toString());
        intake = new Intake(database, outbox, announcements, clock, () -> 0);
        context.addComponent(
                "outbox", new OutboxComponent(outbox, () -> delivery, () -> 0, Map::of, new Secrets(), UNHEARD));
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

        await().untilAsserted(() -> assertThat(counts())
                .containsExactly("changes DELIVERED 1", "changes PENDING 1", "one PENDING 1", "two PENDING 1"));
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
        await().untilAsserted(() -> assertThat(counts()).containsExactly("changes DELIVERED 1"));

        routed.countDown();

        await().untilAsserted(() -> assertThat(counts()).containsExactly("changes DELIVERED 1", "late PENDING 1"));
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
        Destinations destinations = new Destinations(database);
        await().untilAsserted(() -> assertThat(destinations.list())
                .filteredOn(destination -> destination.name().equals("hook"))
                .extracting(Destinations.Entry::error)
                .containsExactly("HTTP status 503"));

        destinations.enable("hook");

        await().untilAsserted(() -> assertThat(counts()).containsExactly("changes DELIVERED 1", "hook DELIVERED 1"));
    }

    private void change(String job) {
        watches.add(
                new Watch("acme-job", "acme", Map.of("id", job), Pace.parse("1h..1h"), Map.of(), false, null, false));
        Lease account = leases.of(Shard.account("acme")).orElseThrow();
        DueWatch due = watches.due(account, Instant.EPOCH, "", Instant.now(), 1).get(0);
        intake.answered(due, List.of(JobRecords.of(job, JobState.RUNNING)), Instant.now())
                .join();
    }

    private List<String> counts() {
        return outbox.counts().stream()
                .map(count -> count.destination() + " " + count.status() + " " + count.deliveries())
                .toList();
    }
}
