package io.jobrelay.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobrelay.testbed.MovableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScenarioTest {
    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T12:00:00Z"));
    private final List<String> journal = new ArrayList<>();

    @Test
    void gives_each_reply_its_part_of_the_life_and_stays_at_the_last() {
        Scenario scenario = scenario("queued", "running", "done");

        assertThat(scenario.reply()).isEqualTo("queued");
        clock.advance(Duration.ofMillis(4_999));
        assertThat(scenario.reply()).isEqualTo("queued");
        clock.advance(Duration.ofMillis(1));
        assertThat(scenario.reply()).isEqualTo("running");
        clock.advance(Duration.ofSeconds(5));
        assertThat(scenario.reply()).isEqualTo("done");
        clock.advance(Duration.ofDays(1));
        assertThat(scenario.reply()).isEqualTo("done");
    }

    @Test
    void leaves_no_reply_out_however_seldom_it_is_asked_for() {
        Scenario scenario = scenario("queued", "running", "done");

        assertThat(scenario.reply()).isEqualTo("queued");
        clock.advance(Duration.ofHours(1));
        assertThat(scenario.reply()).isEqualTo("running");
        assertThat(scenario.reply()).isEqualTo("done");
    }

    @Test
    void starts_with_the_first_request() {
        Scenario scenario = scenario("queued", "running");
        clock.advance(Duration.ofHours(1));

        assertThat(scenario.reply()).isEqualTo("queued");
    }

    @Test
    void reports_each_reply_once() {
        Scenario scenario = scenario("queued", "done");
        scenario.reply();
        scenario.reply();
        clock.advance(Duration.ofSeconds(10));
        scenario.reply();
        scenario.reply();

        assertThat(journal).containsExactly("queued 2026-11-22T12:00:00Z", "done 2026-11-22T12:00:10Z");
    }

    @Test
    void refuses_to_play_nothing() {
        assertThatThrownBy(() -> scenario()).hasMessageContaining("replies: at least one");
    }

    private Scenario scenario(String... replies) {
        return new Scenario(
                List.of(replies), Duration.ofSeconds(10), clock, (reply, at) -> journal.add(reply + " " + at));
    }
}
