package io.jobrelay.reload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class LooksTest {
    private Edition onDisk = edition("one");
    private final Looks looks = new Looks(onDisk, () -> onDisk);

    @Test
    void gives_nothing_as_long_as_nothing_changes() {
        assertThat(looks.look()).isEmpty();
        assertThat(looks.look()).isEmpty();
    }

    @Test
    void gives_an_edition_once_and_only_when_two_looks_have_found_it() {
        onDisk = edition("tw");
        assertThat(looks.look()).isEmpty();
        onDisk = edition("two");
        assertThat(looks.look()).isEmpty();
        assertThat(looks.look()).contains(edition("two"));
        assertThat(looks.look()).isEmpty();
    }

    @Test
    void gives_it_again_if_it_could_not_be_looked_at() {
        onDisk = edition("two");
        looks.look();
        looks.look();
        looks.forget();

        assertThat(looks.look()).contains(edition("two"));
    }

    @Test
    void gives_what_ran_before_once_more() {
        onDisk = edition("two");
        looks.look();
        looks.look();
        onDisk = edition("one");
        looks.look();

        assertThat(looks.look()).contains(edition("one"));
    }

    private static Edition edition(String text) {
        return new Edition(Map.of("routes/a.camel.yaml", text), Map.of());
    }
}
