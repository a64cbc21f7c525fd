package io.jobrelay.camel.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SnapshotSourceTest {
    private final SnapshotSource source = new SnapshotSource(snapshot("""
            jobrelay.http.port=8080
            jobrelay.retention=30d
            camel.main.name=jobrelay
            topic=one
            """));

    @Test
    void what_can_be_live_is_and_the_rest_waits() {
        ConfigSnapshot next = snapshot("""
                jobrelay.http.port=9090
                jobrelay.http.host=localhost
                jobrelay.retention=7d
                jobrelay.account.a.signing=none
                topic=two
                """);

        assertThat(source.effective(next))
                .containsOnlyKeys(
                        "jobrelay.http.port",
                        "jobrelay.retention",
                        "jobrelay.account.a.signing",
                        "camel.main.name",
                        "topic")
                .containsEntry("jobrelay.http.port", "8080")
                .containsEntry("jobrelay.retention", "7d")
                .containsEntry("topic", "two");
        assertThat(source.waiting(next)).containsExactly("camel.main.name", "jobrelay.http.host", "jobrelay.http.port");
    }

    @Test
    void what_is_put_back_waits_no_more() {
        assertThat(source.waiting(snapshot("jobrelay.http.port = 8080 \ncamel.main.name=jobrelay\n")))
                .isEmpty();
    }

    private static ConfigSnapshot snapshot(String properties) {
        return new ConfigSnapshot(Map.of(ConfigSnapshot.PROPERTIES, properties), Map.of());
    }
}
