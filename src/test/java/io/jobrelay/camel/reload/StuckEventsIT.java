package io.jobrelay.camel.reload;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Events that go nowhere while it runs: whoever looks sees them, and why, and can get them out. */
@Timeout(180)
class StuckEventsIT {
    private static final String ROUTER = "routes/router.camel.yaml";
    private static final String PROPERTIES = "application.properties";

    private static final String TO_WEBHOOK = """
            - route:
                id: router
                errorHandler:
                  noErrorHandler: {}
                from:
                  uri: outbox:changes
                  steps:
                    - choice:
                        when:
                          - expression:
                              jq:
                                expression: '%s'
                            steps:
                              - to:
                                  uri: outbox:webhook
            """;

    @TempDir
    private Path directory;

    private EditedInstallation installation;

    @BeforeEach
    void runs() throws IOException {
        installation = new EditedInstallation(directory);
        installation
                .soon()
                .until(() -> installation.events("out/changes.ndjson").size() == 1);
    }

    @AfterEach
    void stops() {
        installation.close();
    }

    @Test
    void what_waits_for_a_destination_that_is_switched_off_is_shown_and_moved() throws JsonProcessingException {
        wait_for_a_webhook_that_is_not_there();

        installation.take(PROPERTIES, text -> text.replace("webhook.enabled=true", "webhook.enabled=false"));

        installation.soon().until(() -> pending("webhook", "UNREAD") == 1);
        assertThat(pending("webhook", "PENDING")).isZero();
        assertThat(installation.get("/api/deliveries?status=PENDING").path("deliveries"))
                .isEmpty();
        JsonNode delivery =
                installation.get("/api/deliveries?status=DEAD,UNREAD").at("/deliveries/0");
        assertThat(delivery.path("status").asText()).isEqualTo("UNREAD");
        String cause = "jobrelay.destination.webhook.enabled: is false, so that nothing is sent;";
        assertThat(destination("webhook").path("unread").asText()).startsWith(cause);
        installation.soon().untilAsserted(() -> {
            assertThat(installation.observe("metrics").body())
                    .contains("jobrelay_deliveries_unread{destination=\"webhook\"} 1.0\n")
                    .contains("jobrelay_deliveries_unread{destination=\"file\"} 0.0\n");
            assertThat(health("unread-outboxes")).startsWith("1 deliveries go nowhere: " + cause);
        });
        assertThat(installation
                        .get("/api/deliveries/count?destination=webhook")
                        .path("deliveries")
                        .asLong())
                .isEqualTo(1);
        String id = delivery.path("id").asText();
        assertThat(move(id, "webhok").path("detail").asText()).contains("to: ", "outbox:webhok: no route reads it");

        assertThat(move(id, "file").path("deliveries").asLong()).isEqualTo(1);

        installation
                .soon()
                .untilAsserted(() -> assertThat(installation.events("out/changes.ndjson"))
                        .last()
                        .asString()
                        .contains(delivery.path("eventId").asText()));
        assertThat(pending("webhook", "UNREAD")).isZero();
    }

    @Test
    void what_waits_for_a_destination_whose_route_is_removed_is_shown_and_discarded() {
        wait_for_a_webhook_that_is_not_there();

        installation.edit(ROUTER, text -> text.replace("outbox:webhook", "outbox:file"));
        installation.edit(PROPERTIES, text -> text.replaceAll("(?m)^jobrelay.destination.webhook.*\n", ""));
        installation.delete("routes/destinations/webhook.camel.yaml");

        installation
                .soon()
                .untilAsserted(
                        () -> assertThat(destination("webhook").path("unread").asText())
                                .startsWith(
                                        "outbox:webhook: no route reads it; add one to routes/destinations/, or take out what waits"));
        assertThat(pending("webhook", "UNREAD")).isEqualTo(1);
        JsonNode discarded = installation.post(
                "/api/deliveries/discard", Json.MAPPER.createObjectNode().put("destination", "webhook"));
        assertThat(discarded.toString()).isEqualTo("{\"deliveries\":1,\"more\":false}");
        assertThat(destination("webhook").has("unread")).isFalse();
    }

    private void wait_for_a_webhook_that_is_not_there() {
        installation.take(PROPERTIES, text -> text + """

                jobrelay.destination.webhook.enabled=true
                jobrelay.destination.webhook.url=http://127.0.0.1:1/
                jobrelay.destination.webhook.secret=whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
                jobrelay.destination.webhook.allow-private=true
                """);
        installation.take(ROUTER, text -> TO_WEBHOOK.formatted(".data.job.state == \"RUNNING\""));
        installation.watch("b.yaml", EditedInstallation.item("huawei-res-job", "b"));
        installation.soon().until(() -> pending("webhook", "PENDING") == 1);
    }

    @Test
    void an_event_that_the_router_fails_on_is_shown_with_the_expression_and_discarded() throws JsonProcessingException {
        String router = installation.read(ROUTER);
        installation.take(ROUTER, text -> TO_WEBHOOK.formatted(".data.job.providerState | tonumber > 5"));

        installation.watch("b.yaml", EditedInstallation.item("huawei-res-job", "b"));

        installation
                .soon()
                .until(() -> installation.get("/api/summary").path("unrouted").asLong() == 1);
        JsonNode event = installation.get("/api/deliveries?status=UNROUTED").at("/deliveries/0");
        String cause = ROUTER + ":12: jq: '.data.job.providerState | tonumber > 5' fails on this event: "
                + "For input string: \"RUNNING\"; correct the expression";
        assertThat(event.path("error").asText()).isEqualTo(cause);
        assertThat(event.path("subject").asText()).isEqualTo("huawei-res-job/cloud/p/b");
        assertThat(destination("changes").path("error").asText()).isEqualTo(cause);
        assertThat(installation.log()).contains("could not be routed, and is kept and tried again: " + cause);
        installation.soon().untilAsserted(() -> {
            assertThat(installation.observe("metrics").body()).contains("jobrelay_changes_unrouted 1.0\n");
            assertThat(health("unrouted-events")).isEqualTo("1 events are not routed: " + cause);
        });

        String discard = "/api/deliveries/" + event.path("id").asText() + "/discard";
        assertThat(installation.post(discard, null).path("deliveries").asLong()).isEqualTo(1);

        assertThat(installation.get("/api/summary").path("unrouted").asLong()).isZero();
        assertThat(installation.post(discard, null).path("status").asInt()).isEqualTo(404);

        installation.watch("c.yaml", EditedInstallation.item("huawei-res-job", "c"));
        installation
                .soon()
                .until(() -> installation.get("/api/summary").path("unrouted").asLong() == 1);
        installation.take(ROUTER, text -> router);

        installation.soon().untilAsserted(() -> {
            assertThat(installation.get("/api/summary").path("unrouted").asLong())
                    .isZero();
            assertThat(installation.events("out/changes.ndjson"))
                    .hasSize(2)
                    .last()
                    .asString()
                    .contains("huawei-res-job/cloud/p/c");
        });
    }

    private JsonNode move(String id, String to) {
        return installation.post(
                "/api/deliveries/" + id + "/move",
                Json.MAPPER.createObjectNode().put("to", to));
    }

    private long pending(String destination, String status) {
        return installation
                .get("/api/summary")
                .path("deliveries")
                .path(destination)
                .path(status)
                .asLong();
    }

    private JsonNode destination(String name) {
        return installation
                .get("/api/destinations")
                .path("destinations")
                .valueStream()
                .filter(each -> each.path("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private String health(String check) throws JsonProcessingException {
        return Json.MAPPER
                .readTree(installation.observe("health").body())
                .path("checks")
                .valueStream()
                .filter(each -> each.path("name").asText().equals(check))
                .map(each -> each.path("message").asText().replace("\\", "")) // Camel escapes it twice
                .findFirst()
                .orElse("");
    }
}
