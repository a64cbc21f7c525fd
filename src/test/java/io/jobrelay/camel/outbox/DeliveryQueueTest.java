package io.jobrelay.camel.outbox;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.delivery.AttemptResult;
import io.jobrelay.delivery.Circuit.Transition;
import io.jobrelay.delivery.CircuitBreaker;
import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import io.jobrelay.delivery.DeliveryFailure;
import io.jobrelay.ledger.Leases;
import io.jobrelay.ledger.LedgerClock;
import io.jobrelay.ledger.LedgerDatabase;
import io.jobrelay.ledger.Nodes;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.ledger.Shard;
import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.MovableClock;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DeliveryQueueTest {
    private static final String HOOK = "hook";
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final CircuitBreaker BREAKER = new CircuitBreaker(10, MINUTE, Duration.ofDays(5));

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));

    @TempDir
    private Path directory;

    private LedgerView view;
    private LedgerDatabase database;
    private LedgerClock time;
    private Outbox outbox;
    private Leases leases;

    @BeforeEach
    void opens() {
        Path file = directory.resolve("ledger.db");
        view = new LedgerView(file);
        database = LedgerDatabase.open(new LedgerSettings("jdbc:sqlite:" + file));
        time = LedgerClock.of(database, clock, clock::nanoTime);
        Nodes nodes = new Nodes(database, time, clock::nanoTime, new Nodes.Self("one", "test"), () -> "one");
        leases = new Leases(database, nodes.lease());
        outbox = new Outbox(database, time);
        leases.want(Shard.destination(HOOK));
    }

    @AfterEach
    void closes() {
        database.close();
    }

    @Test
    void while_its_circuit_is_open_one_probe_a_minute_is_sent_and_a_different_one_each_time() throws Exception {
        DeliveryQueue queue = queue(HOOK);
        jobs(14);
        open(queue);
        Set<String> probed = new HashSet<>();
        for (int probe = 0; probe < 14; probe++) {
            clock.advance(MINUTE.minusMillis(1));
            assertThat(all(queue)).isEmpty();
            clock.advance(Duration.ofMillis(1));
            List<Attempt> attempts = all(queue);
            assertThat(attempts).as("one is under way").hasSize(1);
            assertThat(attempts.get(0).probe()).isTrue();
            assertThat(fail(queue, attempts.get(0)).result()).isEqualTo(AttemptResult.GIVEN_BACK);
            probed.add(attempts.get(0).delivery().eventId());
        }

        assertThat(probed).as("all that were waiting, in turn").hasSize(14);
        assertThat(query("select sum(attempts) from delivery"))
                .as("those that opened it")
                .containsExactly("10");
    }

    @Test
    void a_probe_that_gets_through_closes_the_circuit_and_everything_goes() throws Exception {
        DeliveryQueue queue = queue(HOOK);
        jobs(14);
        open(queue);
        clock.advance(MINUTE);
        Attempt probe = all(queue).get(0);
        assertThat(queue.delivered(probe, Set.of()).join()).isEqualTo(Transition.CLOSED);

        assertThat(all(queue)).hasSize(13).noneMatch(Attempt::probe);
        assertThat(query("select failures || coalesce(error, '-') from destination"))
                .containsExactly("0-");
    }

    @Test
    void a_circuit_that_is_open_stays_so_for_whoever_owns_the_destination_next() throws Exception {
        jobs(12);
        open(queue(HOOK));
        DeliveryQueue next = queue(HOOK);

        List<Attempt> attempts = all(next);
        assertThat(attempts).hasSize(1);
        assertThat(attempts.get(0).probe()).isTrue();
        assertThat(fail(next, attempts.get(0)).result()).isEqualTo(AttemptResult.GIVEN_BACK);
        assertThat(all(next)).isEmpty();
    }

    @Test
    void a_destination_with_nothing_to_deliver_does_not_fail() throws Exception {
        DeliveryQueue queue = queue(HOOK);
        jobs(1);
        Attempt attempt = all(queue).get(0);
        assertThat(fail(queue, attempt, null).result()).isEqualTo(AttemptResult.DEAD);

        assertThat(query("select coalesce(failing_since, '-') from destination"))
                .containsExactly("-");
    }

    @Test
    void what_cannot_be_routed_is_never_given_up_and_holds_up_no_other() throws Exception {
        DeliveryQueue queue = queue(Outbox.CHANGES);
        jobs(3);
        List<Attempt> attempts = all(queue);
        Attempt poisoned = attempts.remove(0);
        String event = poisoned.delivery().eventId();
        attempts.forEach(each -> queue.delivered(each, Set.of(HOOK)).join());
        for (int attempt = 0; attempt < 30; attempt++) {
            assertThat(fail(queue, poisoned, null).result()).isEqualTo(AttemptResult.GIVEN_BACK);
            assertThat(all(queue)).isEmpty();
            clock.advance(Duration.ofDays(1));
            poisoned = all(queue).get(0);
        }

        assertThat(poisoned.delivery().eventId()).isEqualTo(event);
        assertThat(query("select count(*) from change where routed")).containsExactly("2");
    }

    @Test
    void many_workers_open_its_circuit_once_count_ten_attempts_and_send_one_probe_at_a_time() throws Exception {
        DeliveryQueue queue = queue(HOOK);
        jobs(200);
        AtomicInteger opened = new AtomicInteger();
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger probes = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(9);
        List<Future<?>> workers = new ArrayList<>();
        for (int worker = 0; worker < 8; worker++) {
            workers.add(threads.submit(() -> {
                for (Attempt attempt = queue.take(); attempt != null; attempt = queue.take()) {
                    if (attempt.probe()) {
                        most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                        underWay.decrementAndGet();
                    }
                    boolean opens = fail(queue, attempt).transition() == Transition.OPENED;
                    opened.addAndGet(opens ? 1 : 0);
                    probes.addAndGet(attempt.probe() ? 1 : 0);
                    if (opens || attempt.probe()) {
                        clock.advance(MINUTE); // the only ones that wait for it
                    }
                }
                return null;
            }));
        }
        workers.add(threads.submit(() -> {
            while (probes.get() < 40) {
                queue.fill();
                queue.wakeOne();
            }
            queue.stop();
        }));
        for (Future<?> worker : workers) {
            worker.get(50, TimeUnit.SECONDS);
        }
        threads.shutdown();

        assertThat(opened).hasValue(1);
        assertThat(most).hasValue(1);
        assertThat(query("select sum(attempts) || ' ' || count(distinct status) from delivery"))
                .containsExactly("10 1");
    }

    private DeliveryQueue queue(String destination) {
        return new DeliveryQueue(outbox, leases, time, destination, () -> {});
    }

    /** Ten deliveries that fail open the circuit. */
    private static void open(DeliveryQueue queue) {
        queue.fill();
        for (int i = 0; i < 9; i++) {
            assertThat(fail(queue, queue.poll()).transition()).isEqualTo(Transition.NONE);
        }
        assertThat(fail(queue, queue.poll()).transition()).isEqualTo(Transition.OPENED);
    }

    private static List<Attempt> all(DeliveryQueue queue) {
        queue.fill();
        return new ArrayList<>(Stream.generate(queue::poll)
                .takeWhile(attempt -> attempt != null)
                .toList());
    }

    private static DeliveryQueue.Failed fail(DeliveryQueue queue, @Nullable Attempt attempt) {
        return fail(queue, attempt, Duration.ofMillis(1));
    }

    private static DeliveryQueue.Failed fail(DeliveryQueue queue, @Nullable Attempt attempt, @Nullable Duration wait) {
        DeliveryFailure failure = new DeliveryFailure(Consequence.UNAVAILABLE, "HTTP status 000", Duration.ZERO);
        requireNonNull(attempt, "nothing may be sent").returned().complete(null);
        return queue.failed(attempt, failure, Optional.ofNullable(wait), BREAKER)
                .join();
    }

    /** One change of each of so many jobs, not routed yet and, as if it were, for the hook. */
    private void jobs(int count) throws SQLException {
        try (Connection connection = view.connect();
                Statement sql = connection.createStatement()) {
            for (int job = 0; job < count; job++) {
                sql.execute(
                        "insert into change (account, event_id, subject, sequence, type, event, created_at, event_time)"
                                + " values ('acme', 'e%1$d', 'job %1$d', 1, 't', 'x', 0, 0)".formatted(job));
            }
            sql.execute("insert into delivery (destination, change, subject, sequence, status, updated_at)"
                    + " select 'hook', position, subject, sequence, 'PENDING', 0 from change");
            sql.execute("insert into destination (name) values ('hook')");
            sql.execute("insert into lease (shard) values ('account/acme')");
        }
        leases.look();
    }

    private List<String> query(String sql) {
        return view.rows(sql);
    }
}
