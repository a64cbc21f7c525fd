package io.jobrelay.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobrelay.job.ReadableDuration;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PaceTest {
    @Test
    void a_watch_is_stale_after_three_times_its_longest_wait() {
        assertThat(Pace.parse("5s..5m").staleAfter()).isEqualTo(Duration.ofMinutes(15));
        assertThat(Pace.parse("1s").staleAfter()).isEqualTo(Duration.ofSeconds(3));
        assertThat(Pace.parse("1ms..100ms").staleAfter()).isEqualTo(Duration.ofSeconds(3));
    }

    private final Pace pace = Pace.parse("5s..5m");

    @ParameterizedTest
    @CsvSource({"0s, 5s", "50s, 5s", "51s, 5100ms", "10m, 1m", "50m, 5m", "51m, 5m", "30d, 5m"})
    void waits_a_tenth_of_the_age_between_the_two_ends(String age, String wait) {
        assertThat(pace.afterAnswer(ReadableDuration.parse(age))).isEqualTo(ReadableDuration.parse(wait));
    }

    @Test
    void polls_seldom_in_a_long_life() {
        Duration age = Duration.ZERO;
        int polls = 0;
        while (age.compareTo(Duration.ofMinutes(50)) < 0) {
            Duration wait = pace.afterAnswer(age);
            age = age.plus(wait);
            polls++;
        }
        // 10 of 5 s in the first 50 s, then one for every tenth more: ln(60) / ln(1.1) = 43.
        assertThat(polls).isBetween(50, 55);
    }

    @ParameterizedTest
    @CsvSource({"1, 5s", "2, 10s", "3, 20s", "6, 160s", "7, 5m", "40, 5m", "2000000000, 5m"})
    void a_failure_doubles_the_wait_up_to_the_longest(int failures, String wait) {
        assertThat(pace.afterFailure(failures, 0)).isEqualTo(ReadableDuration.parse(wait));
    }

    @ParameterizedTest
    @CsvSource({"1, 5s", "2, 8s", "3, 16s", "7, 4m", "40, 4m"})
    void chance_shortens_the_wait_after_a_failure_by_a_fifth_at_most(int failures, String wait) {
        assertThat(pace.afterFailure(failures, 1)).isEqualTo(ReadableDuration.parse(wait));
    }

    @Test
    void one_time_is_both_ends() {
        Pace steady = Pace.parse("30s");

        assertThat(steady.afterAnswer(Duration.ofDays(1))).isEqualTo(Duration.ofSeconds(30));
        assertThat(steady.afterFailure(9, 1)).isEqualTo(Duration.ofSeconds(30));
        assertThat(steady).hasToString("30s..30s").isEqualTo(Pace.parse(steady.toString()));
    }

    @Test
    void copes_with_the_longest_times_that_can_be_written() {
        assertThat(Pace.parse("999999999d").afterFailure(40, 0)).isEqualTo(Duration.ofDays(999_999_999));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s..5m", "5m..5s", "5s...5m", "5s..", "..5m", "5", "5s-5m", "", "-5s..5m"})
    void refuses_what_is_no_pace(String text) {
        assertThatThrownBy(() -> Pace.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("must be ");
    }

    @Test
    void says_what_a_pace_must_be_in_the_words_of_the_file() {
        assertThatThrownBy(() -> Pace.parse("5m..5s"))
                .hasMessage(
                        "must be a shortest time above 0 and a longest time not below it, as in 5s..5m, was 5m..5s");
    }
}
