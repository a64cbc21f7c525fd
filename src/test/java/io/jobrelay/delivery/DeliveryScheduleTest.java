package io.jobrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobrelay.settings.Keys;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeliveryScheduleTest {
    private static final double MIDDLE = 0.5;

    @Test
    void waits_as_written_before_each_attempt_and_then_gives_up() {
        DeliverySchedule schedule = DeliverySchedule.parse("0s, 5s,5m", 0.2);

        assertThat(schedule.delayAfter(0, MIDDLE)).contains(Duration.ZERO);
        assertThat(schedule.delayAfter(1, MIDDLE)).contains(Duration.ofSeconds(5));
        assertThat(schedule.delayAfter(2, MIDDLE)).contains(Duration.ofMinutes(5));
        assertThat(schedule.delayAfter(3, MIDDLE)).isEmpty();
        assertThat(schedule.delayAfter(1000, MIDDLE)).isEmpty();
    }

    @Test
    void makes_a_wait_up_to_a_fifth_shorter_or_longer() {
        DeliverySchedule schedule = DeliverySchedule.parse("0s,10s", 0.2);

        assertThat(schedule.delayAfter(1, 0)).contains(Duration.ofSeconds(8));
        assertThat(schedule.delayAfter(1, 0.25)).contains(Duration.ofSeconds(9));
        assertThat(schedule.delayAfter(1, Math.nextDown(1.0))).contains(Duration.ofSeconds(12));
    }

    @Test
    void the_standard_schedule_has_ten_attempts_over_75_hours() {
        DeliverySchedule schedule = DeliverySchedule.parse(
                Keys.defaultOf("jobrelay.delivery.schedule", key -> false).orElseThrow(), 0.2);

        assertThat(schedule.waits()).hasSize(10);
        assertThat(schedule.waits().stream().reduce(Duration.ZERO, Duration::plus))
                .isEqualTo(Duration.parse("PT75H35M5S"));
        assertThat(schedule.delayAfter(9, MIDDLE)).isEqualTo(Optional.of(Duration.ofHours(24)));
        assertThat(schedule.delayAfter(10, MIDDLE)).isEmpty();
    }

    @Test
    void refuses_a_schedule_with_a_wait_that_is_not_a_duration() {
        assertThatThrownBy(() -> DeliverySchedule.parse("0s,,5m", 0.2)).hasMessageContaining("was \"\"");
        assertThatThrownBy(() -> DeliverySchedule.parse("0s,5", 0.2)).hasMessageContaining("was \"5\"");
    }

    @Test
    void refuses_no_attempts_and_a_jitter_that_could_turn_time_back() {
        assertThatThrownBy(() -> new DeliverySchedule(List.of(), 0)).hasMessageContaining("at least one attempt");
        assertThatThrownBy(() -> new DeliverySchedule(List.of(Duration.ZERO), 1))
                .hasMessageContaining("was 1.0");
        assertThatThrownBy(() -> new DeliverySchedule(List.of(Duration.ZERO), Double.NaN))
                .hasMessageContaining("was NaN");
    }
}
