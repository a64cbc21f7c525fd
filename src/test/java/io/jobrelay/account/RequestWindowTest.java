package io.jobrelay.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestWindowTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5 * SECOND);

    /** The clock passes the largest number on its way, as {@link System#nanoTime()} may. */
    @ParameterizedTest
    @ValueSource(doubles = {0.5, 1, 2.5, 10, 1_000})
    void grants_no_more_than_the_ceiling_over_any_second(double ceiling) {
        RequestWindow window = window(ceiling);
        SplittableRandom random = new SplittableRandom(1);
        long began = nanos.get();
        List<Long> granted = new ArrayList<>();
        while (nanos.get() - began < 60 * SECOND) {
            int taken = window.take("a", 1 + random.nextInt((int) (2 * ceiling) + 2));
            for (int i = 0; i < taken; i++) {
                granted.add(nanos.get() - began);
            }
            nanos.addAndGet(random.nextLong(SECOND / 5));
        }

        for (int first = 0; first < granted.size(); first++) {
            long until = granted.get(first) + SECOND;
            int last = first;
            while (last < granted.size() && granted.get(last) < until) {
                last++;
            }
            assertThat(last - first).isLessThanOrEqualTo((int) Math.max(1, ceiling));
        }
        assertThat(granted.size()).as("and not far less over a minute").isGreaterThan((int)
                (0.75 * 60 * Math.min(ceiling, Math.max(0.5, Math.floor(ceiling)))));
    }

    @Test
    void saves_nothing_up_while_it_is_idle() {
        RequestWindow window = window(10);
        nanos.addAndGet(3_600 * SECOND);

        assertThat(window.take("a", 100)).isEqualTo(10);
        assertThat(window.take("a", 100)).isZero();
        nanos.addAndGet(SECOND - 1);
        assertThat(window.take("a", 100)).isZero();
        nanos.addAndGet(1);
        assertThat(window.take("a", 100)).isEqualTo(10);
    }

    @Test
    void waits_longer_than_a_second_below_one_a_second() {
        RequestWindow window = window(0.1);

        assertThat(window.take("a", 5)).isEqualTo(1);
        nanos.addAndGet(10 * SECOND - 1);
        assertThat(window.take("a", 5)).isZero();
        nanos.addAndGet(1);
        assertThat(window.take("a", 5)).isEqualTo(1);
    }

    @Test
    void gives_each_account_its_own() {
        RequestWindow window = window(1);

        assertThat(window.take("a", 1)).isEqualTo(1);
        assertThat(window.take("b", 1)).isEqualTo(1);
        assertThat(window.take("gone", 1))
                .as("so that its poll can say that it has gone")
                .isEqualTo(1);
    }

    @Test
    void waits_until_there_is_a_request_to_take() throws InterruptedException {
        RequestWindow window = new RequestWindow(() -> Map.of("a", account("a", 20)), System::nanoTime);
        long began = System.nanoTime();
        for (int i = 0; i < 21; i++) {
            window.takeOne("a");
        }

        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(SECOND);
    }

    private RequestWindow window(double ceiling) {
        return new RequestWindow(() -> Map.of("a", account("a", ceiling), "b", account("b", ceiling)), nanos::get);
    }

    private static Account account(String name, double ceiling) {
        return new Account(name, URI.create("https://acme.example"), Signing.NONE, null, null, ceiling, null, false);
    }
}
