package io.jobrelay.account;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RateLimitsTest {
    private static final Duration TEN_SECONDS = Duration.ofSeconds(10);
    private static final int SECONDS = 60;

    private final Map<String, Account> accounts = new ConcurrentHashMap<>();

    /** Passes the largest number on its way, as {@link System#nanoTime()} may. */
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(5));

    private final RateLimits limits = new RateLimits(() -> accounts, nanos::get);

    /** Requests come when they like, as many as they like, and are made a moment after they were allowed. */
    @ParameterizedTest
    @ValueSource(doubles = {0.2, 0.3, 1, 2.5, 10, 99.5, 1000})
    void holds_within_five_percent_of_any_ten_seconds(double perSecond) {
        account("a", perSecond);
        SplittableRandom random = new SplittableRandom(1);
        List<Long> used = new ArrayList<>();
        long began = nanos.get();
        while (nanos.get() - began < TimeUnit.SECONDS.toNanos(SECONDS)) {
            int taken = take(1 + random.nextInt((int) perSecond + 2));
            for (int permit = 0; permit < taken; permit++) {
                used.add(nanos.get() - began + random.nextLong(200_000_000));
            }
            advance(Duration.ofNanos(random.nextLong(60_000_000)));
        }
        used.sort(null);

        int last = 0;
        int most = 0;
        for (int first = 0; first < used.size(); first++) {
            while (last < used.size() && used.get(last) < used.get(first) + TEN_SECONDS.toNanos()) {
                last++;
            }
            most = Math.max(most, last - first);
        }
        assertThat(most).isLessThanOrEqualTo((int) Math.max(10.5 * perSecond, Math.ceil(10 * perSecond)));
        assertThat(used.size()).as("and is made use of").isGreaterThanOrEqualTo((int) (0.9 * SECONDS * perSecond));
    }

    @Test
    void comes_to_97_percent_with_enough_to_do_and_says_to_the_nanosecond_when() {
        account("a", 10);
        take(100);
        for (int i = 0; i < 970; i++) {
            long wait = limits.tryTake("a");
            nanos.addAndGet(wait - 1);
            assertThat(limits.tryTake("a")).isEqualTo(1);
            nanos.addAndGet(1);
            assertThat(limits.tryTake("a")).isZero();
        }
        assertThat(nanos.get() - (Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(5)))
                .isLessThanOrEqualTo(TimeUnit.SECONDS.toNanos(100));
    }

    @Test
    void saves_up_four_tenths_of_a_second_or_one_permit() {
        account("a", 10);
        account("b", 100);
        account("c", 0.2);
        for (int i = 0; i < 2; i++) {
            assertThat(Stream.of("a", "b", "c").map(account -> take(account, 64)))
                    .containsExactly(3, 38, 1);
            advance(TEN_SECONDS);
        }
    }

    @Test
    void follows_an_edit_at_once() {
        account("a", 0.001);
        assertThat(take(5)).isEqualTo(1);
        assertThat(take(5)).isZero();
        account("a", 10);
        assertThat(take(5)).as("it begins with nothing saved up").isZero();
        advance(Duration.ofMillis(104));
        assertThat(take(5)).isEqualTo(1);
        advance(Duration.ofSeconds(1));
        assertThat(take(50)).isEqualTo(3);

        account("a", 0.001);
        advance(Duration.ofSeconds(1));
        assertThat(take(50)).isLessThanOrEqualTo(1);
        advance(TEN_SECONDS);
        assertThat(take(50)).isZero();
    }

    @Test
    void those_who_wait_get_what_there_is_and_no_more() throws Exception {
        account("a", 10);
        take(100);
        AtomicInteger taken = new AtomicInteger();
        List<Thread> waiting =
                Stream.generate(() -> waits(limits, taken)).limit(8).toList();
        for (int expected : List.of(0, 1, 2)) {
            await().until(() -> taken.get() == expected);
            assertThat(limits.tryTake("a")).as("there is none left").isPositive();
            advance(Duration.ofMillis(103));
        }
        await().until(() -> taken.get() == 3);
        for (Thread thread : waiting) {
            thread.interrupt();
            thread.join();
        }
        advance(TEN_SECONDS);
        assertThat(take(100)).as("who gave up takes none").isEqualTo(3);
    }

    @Test
    void one_who_waits_notices_an_edit() throws Exception {
        RateLimits running = new RateLimits(() -> accounts, System::nanoTime);
        account("a", 0.001);
        running.take("a");
        AtomicInteger taken = new AtomicInteger();
        Thread waiting = waits(running, taken);
        account("a", 1_000);
        waiting.join();
        assertThat(taken).hasValue(1);
    }

    @Test
    void ends_to_wait_when_interrupted() {
        account("a", 0.001);
        take(1);
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> limits.take("a"));
    }

    @Test
    void lets_the_watch_of_an_account_that_has_gone_through() throws InterruptedException {
        limits.take("gone");
        limits.throttled("gone", null);

        assertThat(take("gone", 7)).isEqualTo(7);
        assertThat(limits.all()).isEmpty();
    }

    @Test
    void halves_once_for_those_that_were_throttled_together_and_climbs_back() {
        account("a", 100);
        for (int i = 0; i < 64; i++) {
            limits.throttled("a", null);
            advance(Duration.ofMillis(10));
        }

        assertThat(effective()).isEqualTo(50);
        advance(Duration.ofSeconds(59));
        assertThat(effective()).isEqualTo(50);
        advance(Duration.ofSeconds(1));
        assertThat(effective()).isEqualTo(60);
        advance(TEN_SECONDS);
        assertThat(effective()).isEqualTo(70);
        advance(TEN_SECONDS.multipliedBy(3));
        assertThat(effective()).isEqualTo(100);
        limits.throttled("a", null);
        assertThat(effective()).as("and it learns again").isEqualTo(50);
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 600})
    void holds_for_as_long_as_the_provider_says(int seconds) {
        account("a", 100);
        limits.throttled("a", Duration.ofSeconds(seconds));
        advance(Duration.ofSeconds(seconds).minusNanos(1));
        assertThat(effective()).isEqualTo(50);
        advance(Duration.ofNanos(1));
        assertThat(effective()).isEqualTo(60);
    }

    @Test
    void a_longer_wish_of_the_same_moment_counts() {
        account("a", 100);
        limits.throttled("a", null);
        limits.throttled("a", Duration.ofMinutes(5));
        advance(Duration.ofMinutes(4));
        assertThat(effective()).isEqualTo(50);
    }

    @Test
    void goes_no_lower_than_a_tenth() {
        account("a", 100);
        for (int i = 0; i < 10; i++) {
            limits.throttled("a", null);
            advance(Duration.ofSeconds(2));
        }

        assertThat(limits.all()).containsExactly(Map.entry("a", new RateLimits.Ceiling(100, 10)));
    }

    @Test
    void grants_no_more_than_what_is_left() {
        account("a", 100);
        account("b", 100);
        limits.throttled("a", null);

        assertThat(take("a", 100)).isEqualTo(19);
        assertThat(take("b", 100)).as("of another account").isEqualTo(38);
    }

    private static Thread waits(RateLimits limits, AtomicInteger taken) {
        Thread thread = new Thread(() -> {
            try {
                limits.take("a");
                taken.incrementAndGet();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        thread.start();
        await().until(() ->
                EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING).contains(thread.getState()));
        return thread;
    }

    private void account(String name, double perSecond) {
        accounts.put(
                name,
                new Account(name, URI.create("https://acme.example"), Signing.NONE, Map.of(), perSecond, null, false));
    }

    private int take(int most) {
        return take("a", most);
    }

    private int take(String account, int most) {
        int taken = 0;
        while (taken < most && limits.tryTake(account) == 0) {
            taken++;
        }
        return taken;
    }

    private double effective() {
        return requireNonNull(limits.all().get("a")).effective();
    }

    private void advance(Duration by) {
        nanos.addAndGet(by.toNanos());
    }
}
