package io.jobrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RecentEventsTest {
    private final RecentEvents recent = new RecentEvents();

    @Test
    void forgets_the_oldest_when_it_is_full() {
        for (int i = 0; i <= RecentEvents.MOST; i++) {
            recent.add("e" + i);
        }

        assertThat(recent.contains("e0")).isFalse();
        assertThat(recent.contains("e1")).isTrue();
        assertThat(recent.room()).isZero();
    }

    @Test
    void forgets_older_ones_before_newer_ones_in_whatever_order_it_learned_of_them() {
        recent.addOlder(List.of("today-1", "today-2"));
        recent.addOlder(List.of("yesterday-1", "yesterday-2"));
        for (int i = 0; i < RecentEvents.MOST - 2; i++) {
            recent.add("e" + i);
        }

        assertThat(recent.contains("yesterday-2")).isFalse();
        assertThat(recent.contains("today-1")).isTrue();
    }
}
