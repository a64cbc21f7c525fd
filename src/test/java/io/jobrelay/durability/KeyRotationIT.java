package io.jobrelay.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.net.http.HttpHeaders;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The keys of a webhook are changed while it is being delivered to, as the vendors' library sees it. */
@Timeout(60)
class KeyRotationIT {
    private static final String OLD = "whsec_b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xk";
    private static final String NEW = "whsec_bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3";
    private static final String NEWER = "whsec_bmV3ZXJuZXdlcm5ld2VybmV3ZXJuZXdl";
    private static final int JOBS = 20;

    /** The keys that are live, and all that a receiver can verify with. */
    private static final Map<String, List<String>> WINDOWS =
            Map.of(NEWER + " " + NEW + " " + OLD, List.of(NEWER, NEW, OLD), NEW, List.of(NEW));

    @TempDir
    private Path directory;

    @Test
    void every_live_key_verifies_every_delivery_and_no_other_does() throws Exception {
        for (Map.Entry<String, List<String>> window : WINDOWS.entrySet()) {
            Path of = directory.resolve(String.valueOf(window.getKey().hashCode()));
            try (StubProvider provider = new StubProvider();
                    WebhookReceiver receiver = new WebhookReceiver();
                    Line line = new Line(of, provider.url(), receiver.url())) {
                line.set("jobrelay.destination.webhook.secret", window.getKey());
                String[] jobs =
                        IntStream.range(0, JOBS).mapToObj(i -> "job-" + i).toArray(String[]::new);
                for (String job : jobs) {
                    provider.state(job, "FAILED");
                }
                line.watch(jobs);
                line.start();
                Awaitility.await()
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> receiver.received().size() == JOBS);

                for (WebhookReceiver.Received delivery : receiver.received()) {
                    for (String key : window.getValue()) {
                        verify(key, delivery);
                    }
                    for (String other : List.of(OLD, NEW, NEWER)) {
                        if (!window.getValue().contains(other)) {
                            assertThatThrownBy(() -> verify(other, delivery))
                                    .isInstanceOf(WebhookVerificationException.class);
                        }
                    }
                }
            }
        }
    }

    /** The key is taken out of use between two attempts: what was signed with it before is signed anew. */
    @Test
    void a_redelivery_is_signed_with_the_keys_of_its_own_time() throws Exception {
        try (StubProvider provider = new StubProvider();
                WebhookReceiver receiver = new WebhookReceiver();
                Line line = new Line(directory, provider.url(), receiver.url())) {
            line.set("jobrelay.destination.webhook.secret", OLD);
            receiver.answer(500, "");
            provider.state("a", "FAILED");
            line.watch("a");
            line.start();
            Awaitility.await()
                    .until(() -> !line.ledger("select 1 from delivery where destination = 'webhook' and attempts = 1")
                            .isEmpty());
            line.stop();
            receiver.answer(204, "");
            line.set("jobrelay.destination.webhook.secret", NEW).start();
            line.clock.advance(Duration.ofSeconds(10));
            Awaitility.await().until(() -> receiver.received().size() == 2);

            WebhookReceiver.Received first = receiver.received().get(0);
            WebhookReceiver.Received second = receiver.received().get(1);
            verify(OLD, first);
            verify(NEW, second);
            assertThatThrownBy(() -> verify(OLD, second)).isInstanceOf(WebhookVerificationException.class);
            assertThat(second.header("webhook-id")).isEqualTo(first.header("webhook-id"));
            assertThat(second.body()).isEqualTo(first.body());
        }
    }

    private static void verify(String key, WebhookReceiver.Received delivery) throws Exception {
        new Webhook(key).verify(delivery.body(), HttpHeaders.of(delivery.headers(), (name, value) -> true));
    }
}
