package io.jobrelay.camel.watches;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.jobrelay.account.RateLimits;
import io.jobrelay.camel.watches.AccountWatches.Place;
import io.jobrelay.job.Change;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.ledger.Lease;
import io.jobrelay.ledger.Shard;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.testbed.MovableClock;
import io.jobrelay.watch.Pace;
import io.jobrelay.watch.Watch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ScheduleTest {
    private static final int WORKERS = 16;
    private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");
    private static final Place HORIZON = new Place(START.plusSeconds(60), "~");

    private final MovableClock clock = new MovableClock(START);
    private final List<Thread> threads = new ArrayList<>();
    private final Map<String, AccountWatches> accounts = new HashMap<>();
    private final AtomicInteger watches = new AtomicInteger();
    private final BatchedPolls calls = new BatchedPolls(Map::of, name -> Optional.empty(), clock);
    private Schedule schedule = schedule(WORKERS);

    /** Hears nothing. */
    private static final class Unheard implements PollListener {
        @Override
        public void throttled(String account, Duration time) {}

        @Override
        public void begins(DueWatch due, Duration lag) {}

        @Override
        public void answered(DueWatch due, Instant begun) {}

        @Override
        public void failed(DueWatch due, Instant begun, PollFailure failure) {}

        @Override
        public void changed(Change change) {}
    }

    private Schedule schedule(int workers) {
        return new Schedule(workers, new RateLimits(Map::of, clock::nanoTime), new Unheard(), clock, clock::nanoTime);
    }

    @BeforeEach
    void opens() {
        schedule.open();
    }

    @AfterEach
    void closes() throws InterruptedException {
        schedule.close();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @Test
    void an_account_alone_takes_most_workers() throws Exception {
        due("a", 100);

        assertThat(takeAll()).hasSizeBetween(WORKERS * 3 / 4, WORKERS - 1);
    }

    @Test
    void an_account_that_comes_later_finds_a_worker_at_once() throws Exception {
        due("a", 100);
        takeAll();
        due("b", 100);

        assertThat(accounts(takeAll())).containsOnlyKeys("b");
    }

    @Test
    void two_that_hang_leave_a_worker_to_a_third() throws Exception {
        due("a", 100);
        takeAll();
        due("b", 100);
        takeAll();
        due("c", 100);

        assertThat(accounts(takeAll())).containsOnlyKeys("c");
    }

    @Test
    void accounts_that_are_all_busy_have_the_same_share() throws Exception {
        due("a", 100);
        due("b", 100);
        due("c", 100);

        assertThat(accounts(takeAll()).values())
                .allSatisfy(count -> assertThat(count).isBetween(4L, 5L));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 64})
    void every_account_is_asked_in_the_end_however_few_workers_there_are(int workers) throws Exception {
        schedule = schedule(workers);
        schedule.open();
        due("a", 10);
        due("b", 10);
        due("c", 10);

        List<Poll> asked = new ArrayList<>();
        for (List<Poll> taken = takeAll(); !taken.isEmpty(); taken = takeAll()) {
            assertThat(taken).hasSizeLessThanOrEqualTo(workers);
            asked.addAll(taken);
            taken.forEach(schedule::freed);
        }
        assertThat(accounts(asked)).isEqualTo(Map.of("a", 10L, "b", 10L, "c", 10L));
    }

    @Test
    void watches_of_an_account_come_in_the_order_in_which_they_are_due() throws Exception {
        due(
                "a",
                watch("a", START.minusSeconds(1)),
                watch("a", START.minusSeconds(3)),
                watch("a", START.minusSeconds(2)));

        assertThat(takeAll())
                .extracting(poll -> poll.due().get(0).due())
                .containsExactly(START.minusSeconds(3), START.minusSeconds(2), START.minusSeconds(1));
    }

    @Test
    void a_watch_comes_when_it_is_due() throws Exception {
        due("a", watch("a", START.plusSeconds(10)));
        assertThat(takeAll()).isEmpty();

        clock.advance(Duration.ofSeconds(10));

        assertThat(takeAll()).hasSize(1);
    }

    @Test
    void a_worker_that_becomes_free_lets_another_poll_go_on() throws Exception {
        due("a", 100);
        List<Poll> hanging = takeAll();
        assertThat(takeAll()).isEmpty();

        schedule.freed(hanging.get(0));

        assertThat(takeAll()).hasSize(1);
    }

    @Test
    void nothing_begins_of_an_account_that_is_handed_over() throws Exception {
        due("a", 5);
        schedule.have("a", accounts.get("a"), false);
        assertThat(takeAll()).isEmpty();

        schedule.have("a", accounts.get("a"), true);

        assertThat(takeAll()).hasSize(5);
    }

    @Test
    void what_a_poll_of_a_lost_lease_came_to_changes_nothing() throws Exception {
        due("a", 1);
        DueWatch polled = takeAll().get(0).due().get(0);
        AccountWatches taken = new AccountWatches(new Lease(Shard.account("a"), 2), 0, watch -> Optional.empty());
        taken.loaded(List.of(), HORIZON);
        schedule.have("a", taken, true);

        schedule.ended(polled, polled, true);

        assertThat(takeAll()).isEmpty();
    }

    @Test
    void closed_it_hands_out_nothing() throws Exception {
        CompletableFuture<@Nullable Poll> next = new CompletableFuture<>();
        Thread worker = thread(() -> next.complete(schedule.take(calls)));
        await().until(() -> worker.getState() == Thread.State.TIMED_WAITING);

        schedule.close();

        assertThat(next.get(10, TimeUnit.SECONDS)).isNull();
    }

    @Test
    void many_workers_take_each_poll_once() {
        AtomicInteger ended = new AtomicInteger();
        for (int i = 0; i < WORKERS; i++) {
            thread(() -> {
                for (Poll poll = schedule.take(calls); poll != null; poll = schedule.take(calls)) {
                    ended.incrementAndGet();
                    schedule.freed(poll);
                }
            });
        }
        for (int i = 0; i < 8; i++) {
            due("abcdefgh".substring(i, i + 1), 125);
        }

        await().atMost(Duration.ofSeconds(30)).until(() -> ended.get() == 1_000);
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    private Thread thread(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        threads.add(thread);
        thread.start();
        return thread;
    }

    private DueWatch watch(String account, Instant due) {
        Watch watch = new Watch(
                "acme-job",
                account,
                Map.of("id", String.valueOf(watches.incrementAndGet())),
                Pace.DEFAULT,
                Map.of(),
                false,
                null,
                false);
        return new DueWatch(watch.id(), watch, new Lease(Shard.account(account), 1), 0, due, null, null, true);
    }

    private void due(String account, int count) {
        due(
                account,
                IntStream.range(0, count).mapToObj(i -> watch(account, START)).toArray(DueWatch[]::new));
    }

    private void due(String account, DueWatch... due) {
        AccountWatches all = new AccountWatches(new Lease(Shard.account(account), 1), 0, watch -> Optional.empty());
        all.loaded(List.of(due), HORIZON);
        accounts.put(account, all);
        schedule.have(account, all, true);
    }

    /** What can be taken now; this thread is ended where it would wait. */
    private List<Poll> takeAll() throws Exception {
        List<Poll> taken = new ArrayList<>();
        for (Poll poll = takeOne(); poll != null; poll = takeOne()) {
            taken.add(poll);
        }
        return taken;
    }

    private @Nullable Poll takeOne() throws InterruptedException {
        CompletableFuture<Poll> poll = new CompletableFuture<>();
        Thread worker = new Thread(() -> {
            try {
                poll.complete(schedule.take(calls));
            } catch (InterruptedException e) {
                poll.complete(null);
            }
        });
        worker.start();
        await().pollInterval(Duration.ofMillis(1))
                .until(() -> poll.isDone() || worker.getState() == Thread.State.TIMED_WAITING);
        worker.interrupt();
        worker.join();
        return poll.join();
    }

    private static Map<String, Long> accounts(List<Poll> polls) {
        return polls.stream().collect(groupingBy(poll -> poll.watch().account(), counting()));
    }
}
