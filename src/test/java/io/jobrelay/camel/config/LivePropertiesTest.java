package io.jobrelay.camel.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LivePropertiesTest {
    private final LiveProperties started = new LiveProperties("""
            jobrelay.http.port=8080
            jobrelay.retention=30d
            camel.main.name=jobrelay
            topic=one
            """);

    @Test
    void what_can_be_live_is_and_the_rest_waits() {
        String text = """
                jobrelay.http.port=9090
                jobrelay.http.host=localhost
                jobrelay.retention=7d
                jobrelay.account.a.signing=none
                topic=two
                """;

        assertThat(started.effective(text))
                .containsOnlyKeys(
                        "jobrelay.http.port",
                        "jobrelay.retention",
                        "jobrelay.account.a.signing",
                        "camel.main.name",
                        "topic")
                .containsEntry("jobrelay.http.port", "8080")
                .containsEntry("jobrelay.retention", "7d")
                .containsEntry("topic", "two");
        assertThat(started.waiting(text))
                .containsExactly("camel.main.name", "jobrelay.http.host", "jobrelay.http.port");
    }

    @Test
    void what_is_put_back_waits_no_more() {
        assertThat(started.waiting("jobrelay.http.port = 8080 \ncamel.main.name=jobrelay\n"))
                .isEmpty();
    }
}
