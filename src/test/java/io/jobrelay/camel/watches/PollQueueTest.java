package io.jobrelay.camel.watches;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingInt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.jobrelay.watch.Pace;
import io.jobrelay.watch.Watch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class PollQueueTest {
    private static final int WORKERS = 16;

    private final AtomicInteger polls = new AtomicInteger();
    private final List<Thread> waiting = new ArrayList<>();
    private final AtomicLong nanos = new AtomicLong();
    private PollQueue queue = new PollQueue(WORKERS, nanos::get);

    @AfterEach
    void close() throws InterruptedException {
        queue.close();
        for (Thread thread : waiting) {
            thread.join();
        }
    }

    @Test
    void an_account_alone_takes_most_workers() throws InterruptedException {
        add("a", 100);

        assertThat(takeAll()).hasSizeBetween(WORKERS * 3 / 4, WORKERS - 1);
    }

    @Test
    void an_account_that_comes_later_finds_a_worker_at_once() throws InterruptedException {
        add("a", 100);
        takeAll();
        add("b", 100);

        assertThat(accounts(takeAll())).containsOnlyKeys("b");
    }

    @Test
    void two_that_hang_leave_a_worker_to_a_third_whether_they_come_together_or_not() throws InterruptedException {
        add("a", 100);
        add("b", 100);
        takeAll();
        add("c", 100);
        assertThat(accounts(takeAll())).as("after two that came together").containsOnlyKeys("c");

        queue.close();
        queue = new PollQueue(WORKERS, nanos::get);
        add("a", 100);
        takeAll();
        add("b", 100);
        takeAll();
        add("c", 100);
        assertThat(accounts(takeAll())).as("after two that came one by one").containsOnlyKeys("c");
    }

    @Test
    void accounts_that_are_all_busy_have_the_same_share() throws InterruptedException {
        add("a", 100);
        add("b", 100);
        add("c", 100);

        assertThat(accounts(takeAll()).values())
                .allSatisfy(count -> assertThat(count).isBetween(4, 5));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 64})
    void every_account_is_asked_in_the_end_however_few_workers_there_are(int workers) throws InterruptedException {
        queue = new PollQueue(workers, nanos::get);
        add("a", 10);
        add("b", 10);
        add("c", 10);

        List<Poll> asked = new ArrayList<>();
        for (List<Poll> taken = takeAll(); !taken.isEmpty(); taken = takeAll()) {
            assertThat(taken).hasSizeLessThanOrEqualTo(workers);
            asked.addAll(taken);
            taken.forEach(queue::ended);
        }
        assertThat(accounts(asked)).isEqualTo(Map.of("a", 10, "b", 10, "c", 10));
    }

    @Test
    void the_polls_of_an_account_come_in_order() throws InterruptedException {
        List<Poll> added = add("a", 5);

        assertThat(takeAll()).isEqualTo(added);
    }

    @Test
    void a_worker_that_becomes_free_lets_another_account_go_on() throws InterruptedException {
        add("a", 100);
        List<Poll> hanging = takeAll();
        add("a", 1);
        assertThat(takeAll()).isEmpty();

        queue.ended(hanging.get(0));

        assertThat(takeAll()).hasSize(1);
    }

    @Test
    void has_room_for_one_for_each_worker_over_all_accounts() throws InterruptedException {
        assertThat(queue.room("a", 1)).isEqualTo(WORKERS);
        assertThat(queue.room("a", 4)).isEqualTo(WORKERS / 4);
        assertThat(queue.room("a", 1_000)).as("never none at all").isEqualTo(2);
        add("a", 2 * WORKERS + 3);
        assertThat(queue.room("a", 1)).isZero();
        assertThat(queue.room("b", 1)).isEqualTo(WORKERS);

        List<Poll> taken = takeAll();
        assertThat(queue.room("a", 1))
                .as("before half of those are gone that may wait")
                .isZero();
        taken.forEach(queue::ended);
        takeAll().forEach(queue::ended);
        takeAll();

        assertThat(queue.room("a", 1)).isPositive();
    }

    @Test
    void has_room_for_what_ended_in_a_tenth_of_a_second_where_that_is_more() throws InterruptedException {
        queue.room("a", 1);
        add("a", 300);
        for (int i = 0; i < 300; i++) {
            queue.ended(requireNonNull(queue.take()));
        }

        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(200));

        assertThat(queue.room("a", 1)).isEqualTo(150);
        assertThat(queue.room("a", 1)).as("and not for the same ones once more").isEqualTo(WORKERS);
    }

    @Test
    void tells_once_half_of_what_waited_is_gone() throws InterruptedException {
        assertThat(queue.room("a", 1)).isEqualTo(WORKERS);
        List<Poll> added = add("a", WORKERS / 2 + 1);
        Thread claims = thread(() -> queue.awaitRoom(TimeUnit.MINUTES.toMillis(10)));
        await().until(() -> claims.getState() == Thread.State.TIMED_WAITING);

        assertThat(queue.take()).isEqualTo(added.get(0));

        claims.join(10_000);
        assertThat(claims.isAlive()).isFalse();
    }

    @Test
    void tells_too_what_was_gone_before_anybody_waited_for_it() throws InterruptedException {
        queue.room("a", 1);
        add("a", WORKERS / 2 + 1);
        queue.take();

        Thread claims = thread(() -> queue.awaitRoom(TimeUnit.MINUTES.toMillis(10)));

        claims.join(10_000);
        assertThat(claims.isAlive()).isFalse();
    }

    @Test
    void closed_it_hands_out_nothing_and_gives_back_what_waits() throws Exception {
        List<Poll> added = add("a", WORKERS);
        List<Poll> taken = takeAll();
        CompletableFuture<@Nullable Poll> next = new CompletableFuture<>();
        Thread worker = thread(() -> next.complete(queue.take()));
        Thread claims = thread(() -> queue.awaitRoom(TimeUnit.MINUTES.toMillis(10)));
        await().until(() ->
                worker.getState() == Thread.State.WAITING && claims.getState() == Thread.State.TIMED_WAITING);

        List<Poll> back = queue.close();

        assertThat(back).isEqualTo(added.subList(taken.size(), added.size()));
        assertThat(next.get(10, TimeUnit.SECONDS)).isNull();
        claims.join(10_000);
        assertThat(claims.isAlive()).isFalse();
        assertThat(queue.isClosed()).isTrue();
        assertThat(queue.take()).isNull();
        assertThat(queue.add(added.get(0))).isFalse();
        assertThat(queue.close()).isEmpty();
        taken.forEach(queue::ended);
    }

    @Test
    void drained_it_goes_on() throws InterruptedException {
        add("a", 100);
        List<Poll> taken = takeAll();

        assertThat(queue.drain()).hasSize(100 - taken.size());

        assertThat(takeAll()).isEmpty();
        taken.forEach(queue::ended);
        add("a", 1);
        assertThat(takeAll()).hasSize(1);
    }

    @Test
    void many_workers_take_each_poll_once() throws InterruptedException {
        AtomicInteger ended = new AtomicInteger();
        for (int i = 0; i < WORKERS; i++) {
            thread(() -> {
                for (Poll poll = queue.take(); poll != null; poll = queue.take()) {
                    ended.incrementAndGet();
                    queue.ended(poll);
                }
            });
        }

        for (int i = 0; i < 1_000; i++) {
            add("abcdefgh".substring(i % 8, i % 8 + 1), 1);
        }

        await().atMost(Duration.ofSeconds(30)).until(() -> ended.get() == 1_000);
        assertThat(queue.drain()).isEmpty();
    }

    private List<Poll> add(String account, int count) {
        List<Poll> added = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Poll poll = Poll.of(new Watch(
                    "acme-job",
                    account,
                    Map.of("id", "" + polls.incrementAndGet()),
                    Pace.DEFAULT,
                    Map.of(),
                    false,
                    null,
                    false));
            assertThat(queue.add(poll)).isTrue();
            added.add(poll);
        }
        return added;
    }

    /** What the workers would have in hand if none of them ended. */
    private List<Poll> takeAll() throws InterruptedException {
        List<Poll> taken = new CopyOnWriteArrayList<>();
        Thread worker = thread(() -> {
            for (Poll poll = queue.take(); poll != null; poll = queue.take()) {
                taken.add(poll);
            }
        });
        await().until(() -> worker.getState() == Thread.State.WAITING);
        worker.interrupt();
        worker.join();
        return taken;
    }

    private static Map<String, Integer> accounts(List<Poll> polls) {
        return polls.stream().collect(groupingBy(poll -> poll.watch().account(), summingInt(poll -> 1)));
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
        waiting.add(thread);
        thread.start();
        return thread;
    }
}
