package io.jobrelay.camel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ClaimSizeTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final ClaimSize size = new ClaimSize(32, nanos::get);

    @Test
    void is_one_watch_for_each_poller_while_polls_are_slow() {
        polled(3, Duration.ofSeconds(1));

        assertThat(size.next()).isEqualTo(32);
    }

    @Test
    void is_what_was_polled_in_a_tenth_of_a_second() {
        polled(200, Duration.ofMillis(50));
        assertThat(size.next()).isEqualTo(400);

        polled(200, Duration.ofMillis(200));
        assertThat(size.next()).isEqualTo(100);
    }

    private void polled(int watches, Duration passed) {
        for (int i = 0; i < watches; i++) {
            size.polled();
        }
        nanos.addAndGet(passed.toNanos());
    }
}
