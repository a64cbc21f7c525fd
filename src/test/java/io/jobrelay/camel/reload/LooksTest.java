package io.jobrelay.camel.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.config.ConfigSnapshot;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LooksTest {
    private ConfigSnapshot onDisk = snapshot("one");
    private final Looks looks = new Looks(onDisk, () -> onDisk);

    @Test
    void gives_nothing_as_long_as_nothing_changes() {
        assertThat(looks.look()).isEmpty();
        assertThat(looks.look()).isEmpty();
    }

    @Test
    void gives_an_edition_once_and_only_when_two_looks_have_found_it() {
        onDisk = snapshot("tw");
        assertThat(looks.look()).isEmpty();
        onDisk = snapshot("two");
        assertThat(looks.look()).isEmpty();
        assertThat(looks.look()).contains(snapshot("two"));
        assertThat(looks.look()).isEmpty();
    }

    @Test
    void gives_it_again_if_it_could_not_be_looked_at() {
        onDisk = snapshot("two");
        looks.look();
        looks.look();
        looks.forget();

        assertThat(looks.look()).contains(snapshot("two"));
    }

    @Test
    void gives_what_ran_before_once_more() {
        onDisk = snapshot("two");
        looks.look();
        looks.look();
        onDisk = snapshot("one");
        looks.look();

        assertThat(looks.look()).contains(snapshot("one"));
    }

    private static ConfigSnapshot snapshot(String text) {
        return new ConfigSnapshot(Map.of("routes/a.camel.yaml", text), Map.of());
    }
}
