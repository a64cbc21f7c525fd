package io.jobrelay.camel.reload;

import static com.github.tomakehurst.wiremock.client.WireMock.noContent;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A receiver that takes a webhook and never answers, while its route is edited. */
@Timeout(120)
class HangingDestinationIT {
    private static final String WEBHOOK = "routes/destinations/webhook.camel.yaml";
    private static final String PROPERTIES = "application.properties";
    /** It takes up to five seconds to give the delivery up; a delivery may last for a minute. */
    private static final Duration SOON = Duration.ofSeconds(15);

    @TempDir
    private Path directory;

    @Test
    void holds_up_no_edit_and_gets_its_delivery_again() throws IOException {
        try (EditedInstallation running = new EditedInstallation(directory)) {
            running.cloud().hook(noContent().withFixedDelay(300_000), noContent());
            running.take(
                    PROPERTIES,
                    text -> text.replace(
                            "jobrelay.destination.webhook.url=\njobrelay.destination.webhook.secret=\n",
                            """
                            jobrelay.destination.webhook.url=%s
                            jobrelay.destination.webhook.secret=whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
                            jobrelay.destination.webhook.allow-private=true
                            jobrelay.delivery.timeout=60s
                            """.formatted(running.cloud().hookUrl())));
            running.cloud().job("failing", "FAILED");
            running.watch("b.yaml", EditedInstallation.item("huawei-res-job", "failing"));
            running.soon().until(() -> running.cloud().hooks().size() == 1);
            long before = running.of(WEBHOOK).path("generation").asLong();

            running.edit(WEBHOOK, text -> text + "# An edit.\n");

            running.soon()
                    .atMost(SOON)
                    .until(() -> running.of(WEBHOOK).path("generation").asLong() > before);
            running.soon().until(() -> running.cloud().hooks().size() == 2);
            running.soon()
                    .until(() -> !running.get("/api/deliveries?destination=webhook&status=DELIVERED")
                            .path("deliveries")
                            .isEmpty());
            assertThat(running.get("/api/deliveries?destination=webhook")
                            .at("/deliveries/0/attempts")
                            .asInt())
                    .as("the one that delivered, since the one that hung does not count")
                    .isEqualTo(1);
            assertThat(running.cloud().hooks().get(1).getHeader("webhook-id"))
                    .isEqualTo(running.cloud().hooks().get(0).getHeader("webhook-id"));
        }
    }
}
