package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.ledger.History.Place;
import io.jobrelay.ledger.Shard.Kind;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.LongForm;
import io.jobrelay.testbed.PostgresqlServer;
import io.jobrelay.watch.Pace;
import io.jobrelay.watch.Watch;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes that poll, route, deliver, edit and move shards crosswise: none of their transactions ever waits in a circle. */
@Timeout(180)
class DeadlocksIT {
    private static final Duration TIME = Duration.ofSeconds(LongForm.count(60, 10));
    private static final int ACCOUNTS = 4;
    private static final int JOBS = 20;
    private static final String HOOK = "hook";
    private static final Shard HOOKS = Shard.destination(HOOK);

    private final AtomicInteger changes = new AtomicInteger();
    private final AtomicInteger deliveries = new AtomicInteger();

    @TempDir
    private Path directory;

    private static Watch watch(int number) {
        return new Watch(
                "acme-job",
                "a" + number % ACCOUNTS,
                Map.of("id", String.valueOf(number)),
                Pace.parse("1ms..1ms"),
                Map.of(),
                false,
                null,
                false);
    }

    /** Of the watch's own account, as every route makes it: under no other may its lease write. */
    private static JobRecord record(Watch watch, JobState state) {
        String id = "acme-job/" + watch.account() + "/" + watch.parameters().get("id");
        return JobRecords.of(watch.account(), id, state);
    }

    private final class Member implements AutoCloseable {
        private final Random random;
        private final LedgerDatabase database;
        private final Nodes nodes;
        private final Leases leases;
        private final Watches watches;
        private final Intake intake;
        private final Outbox outbox;
        private final LedgerClock clock;

        private Member(LedgerSettings settings, int seed) {
            random = new Random(seed);
            database = LedgerDatabase.open(settings);
            clock = LedgerClock.of(database, Clock.systemUTC(), System::nanoTime);
            nodes = new Nodes(
                    database,
                    clock,
                    System::nanoTime,
                    new Nodes.Self("node " + seed, "test"),
                    () -> UUID.randomUUID().toString());
            leases = new Leases(database, nodes.lease());
            leases.want(HOOKS);
            watches = new Watches(database, clock);
            outbox = new Outbox(database, clock);
            intake = new Intake(
                    database,
                    outbox,
                    new Announcements(
                            "test", Clock.systemUTC(), () -> UUID.randomUUID().toString()),
                    clock,
                    () -> 0);
        }

        /** What may be lost is not written: another has the shard. */
        private void poll() {
            List<DueWatch> due = leases.of(Kind.ACCOUNT).stream()
                    .flatMap(account ->
                            new DueWatches(database).due(account, Instant.EPOCH, "", clock.instant(), 10).stream())
                    .toList();
            for (DueWatch watch : due) {
                if (random.nextInt(10) == 0) {
                    unlessLost(() -> intake.failed(watch, PollFailure.without(FailureKind.TIMEOUT, "late")));
                } else {
                    JobState state = random.nextBoolean() ? JobState.RUNNING : JobState.PAUSED;
                    CompletableFuture<?> unused = intake.answered(
                                    watch, List.of(record(watch.watch(), state)), clock.instant())
                            .thenAccept(answered ->
                                    changes.addAndGet(answered.changes().size()));
                }
            }
        }

        private void route() {
            outbox.pending(Outbox.CHANGES, leases.of(Kind.ACCOUNT), Place.START, 50)
                    .deliveries()
                    .forEach(change -> done(outbox.delivered(change, Set.of(HOOK, unknown()), null)));
        }

        /** A destination that the other node hears of at the same time. */
        private String unknown() {
            return "hook-" + System.nanoTime() / 5_000_000;
        }

        private void deliver() {
            leases.of(HOOKS)
                    .ifPresent(lease -> outbox.pending(HOOK, List.of(lease), Place.START, 50)
                            .deliveries()
                            .forEach(delivery -> done(
                                    outbox.delivered(delivery, Set.of(), null).thenRun(deliveries::incrementAndGet))));
        }

        /** Nobody waits for it, and it fails where the other has the shard meanwhile. */
        private void done(CompletableFuture<?> begun) {
            CompletableFuture<?> unused = begun.handle((result, failure) -> true);
        }

        /** Of shards that are mostly the other's. */
        private void edit() {
            Watch watch = watch(random.nextInt(JOBS));
            watches.pollNow(watch.id());
            watches.replace("more.yaml", List.of(watch(JOBS + random.nextInt(JOBS))));
            new Destinations(database, clock).enable(HOOK);
            new Redelivery(database).redeliver(Redelivery.Selection.ALL, null);
        }

        private void unlessLost(Runnable work) {
            try {
                work.run();
            } catch (LeaseLostException e) {
                // the other has it
            }
        }

        private Void work(long until) {
            while (System.nanoTime() < until) {
                nodes.beat();
                poll();
                route();
                deliver();
                if (random.nextInt(3) == 0) {
                    edit();
                }
                if (random.nextInt(10) == 0) {
                    leases.close(); // and takes its share anew
                }
                nodes.look();
                leases.look();
            }
            return null;
        }

        /** A row that is nobody's, written along with whatever comes first. */
        private Void note(long until) {
            while (System.nanoTime() < until) {
                clock.note();
                LockSupport.parkNanos(random.nextInt(3_000_000));
            }
            return null;
        }

        @Override
        public void close() {
            database.close();
        }
    }

    @Test
    void two_nodes_that_write_crosswise_never_wait_for_each_other_in_a_circle() throws Exception {
        LedgerSettings settings =
                PostgresqlServer.shared().ledger(directory.getFileName().toString());
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (Member one = new Member(settings, 1);
                Member two = new Member(settings, 2)) {
            one.watches.replace(
                    "watches.yaml",
                    IntStream.range(0, JOBS).mapToObj(DeadlocksIT::watch).toList());
            long until = System.nanoTime() + TIME.toNanos();
            List<Future<?>> working = new ArrayList<>();
            List.of(one, two).forEach(node -> {
                working.add(threads.submit(() -> node.work(until)));
                working.add(threads.submit(() -> node.note(until)));
            });
            for (Future<?> work : working) {
                work.get(TIME.toSeconds() + 60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdown();
        }

        assertThat(changes).hasPositiveValue();
        assertThat(deliveries).hasPositiveValue();
        LedgerView server = new LedgerView(settings.url() + "?user=" + settings.user());
        assertThat(server.rows("select deadlocks from pg_stat_database where datname = current_database()"))
                .containsExactly("0");
    }
}
