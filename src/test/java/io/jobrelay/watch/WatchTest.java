package io.jobrelay.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.jobrelay.job.Json;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WatchTest {
    @Test
    void the_id_does_not_depend_on_the_order_of_parameters_nor_on_what_else_is_said() {
        Map<String, Object> other = new LinkedHashMap<>();
        other.put("b", "2");
        other.put("a", "1");
        Watch watch = watch(Map.of("a", "1", "b", "2"));

        assertThat(new Watch(
                                "acme",
                                "one",
                                other,
                                Pace.parse("1s"),
                                Map.of("team", "x"),
                                true,
                                Duration.ofHours(2),
                                true)
                        .id())
                .isEqualTo(watch.id())
                .hasSize(20);
    }

    /** As long as this test passes, an upgrade finds the watches of the ledger again. */
    @Test
    void the_id_stays_the_same_for_ever() {
        assertThat(watch(Map.of("job_id", "7", "types", List.of("x", "y"))).id())
                .isEqualTo("f0a478b1b472b3899f3d");
    }

    @Test
    void another_api_account_or_parameter_is_another_watch() {
        assertThat(List.of(
                        watch(Map.of("a", "1", "b", "2")).id(),
                        watch(Map.of("a", "1, b=2")).id(),
                        watch(Map.of("a", List.of("1", "2"))).id(),
                        watch(Map.of("a", List.of("1, 2"))).id(),
                        watch(Map.of("a", "[1, 2]")).id(),
                        new Watch("acme", "two", Map.of("a", "1", "b", "2"), Pace.DEFAULT, Map.of(), false, null, false)
                                .id(),
                        new Watch(
                                        "other",
                                        "one",
                                        Map.of("a", "1", "b", "2"),
                                        Pace.DEFAULT,
                                        Map.of(),
                                        false,
                                        null,
                                        false)
                                .id()))
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource
    void is_read_back_from_the_ledger_as_it_was(Watch watch) throws JsonProcessingException {
        assertThat(Json.MAPPER.readValue(Json.MAPPER.writeValueAsString(watch), Watch.class))
                .isEqualTo(watch);
    }

    static List<Watch> is_read_back_from_the_ledger_as_it_was() {
        return List.of(
                watch(Map.of()),
                watch(Map.of("a", List.of("1", "2"), "b", "3")),
                new Watch(
                        "acme",
                        "one",
                        Map.of("a", "1"),
                        Pace.parse("1s..90m"),
                        Map.of("team", "x"),
                        true,
                        Duration.ofMinutes(90),
                        true));
    }

    private static Watch watch(Map<String, Object> parameters) {
        return new Watch("acme", "one", parameters, Pace.DEFAULT, Map.of(), false, null, false);
    }
}
