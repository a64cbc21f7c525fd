package io.jobrelay.camel.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.config.ConfigSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReloadWatcherTest {
    private final List<ConfigSnapshot> edited = new ArrayList<>();
    private ConfigSnapshot onDisk = snapshot("one");
    private boolean fails;
    private final ReloadWatcher watcher = new ReloadWatcher(onDisk, () -> onDisk, snapshot -> {
        edited.add(snapshot);
        if (fails) {
            throw new IllegalStateException("on purpose");
        }
    });

    @Test
    void hands_nothing_on_as_long_as_nothing_changes() {
        watcher.look();
        watcher.look();

        assertThat(edited).isEmpty();
    }

    @Test
    void hands_a_snapshot_on_once_and_only_when_two_looks_have_found_it() {
        onDisk = snapshot("tw");
        watcher.look();
        onDisk = snapshot("two");
        watcher.look();
        assertThat(edited).isEmpty();
        watcher.look();
        watcher.look();

        assertThat(edited).containsExactly(snapshot("two"));
    }

    @Test
    void hands_it_on_again_if_it_could_not_be_tried() {
        fails = true;
        onDisk = snapshot("two");
        watcher.look();
        watcher.look();
        fails = false;
        watcher.look();
        watcher.look();

        assertThat(edited).containsExactly(snapshot("two"), snapshot("two"));
    }

    @Test
    void hands_what_ran_before_on_once_more() {
        onDisk = snapshot("two");
        watcher.look();
        watcher.look();
        onDisk = snapshot("one");
        watcher.look();
        watcher.look();

        assertThat(edited).containsExactly(snapshot("two"), snapshot("one"));
    }

    private static ConfigSnapshot snapshot(String text) {
        return new ConfigSnapshot(Map.of("routes/a.camel.yaml", text), Map.of());
    }
}
