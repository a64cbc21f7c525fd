package io.jobrelay.durability;

import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import io.jobrelay.testbed.StubServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
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

    @RegisterExtension
    static final StubServer cloud = new StubServer();

    @TempDir
    private Path directory;

    @Test
    void every_live_key_verifies_every_delivery_and_no_other_does() throws Exception {
        for (Map.Entry<String, List<String>> window : WINDOWS.entrySet()) {
            cloud.resetRequests();
            Path of = directory.resolve(String.valueOf(window.getKey().hashCode()));
            try (Line line = new Line(of, cloud.baseUrl(), cloud.hookUrl())) {
                line.set("jobrelay.destination.webhook.secret", window.getKey());
                String[] jobs =
                        IntStream.range(0, JOBS).mapToObj(i -> "job-" + i).toArray(String[]::new);
                for (String job : jobs) {
                    cloud.job(job, "FAILED");
                }
                line.watch(jobs);
                line.start();
                Awaitility.await()
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> cloud.hooks().size() == JOBS);

                for (LoggedRequest delivery : cloud.hooks()) {
                    for (String key : window.getValue()) {
                        StubServer.verify(key, delivery);
                    }
                    for (String other : List.of(OLD, NEW, NEWER)) {
                        if (!window.getValue().contains(other)) {
                            assertThatThrownBy(() -> StubServer.verify(other, delivery))
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
        try (Line line = new Line(directory, cloud.baseUrl(), cloud.hookUrl())) {
            line.set("jobrelay.destination.webhook.secret", OLD);
            cloud.hook(status(500));
            cloud.job("a", "FAILED");
            line.watch("a");
            line.start();
            Awaitility.await()
                    .until(() -> !line.ledger("select 1 from delivery where destination = 'webhook' and attempts = 1")
                            .isEmpty());
            line.stop();
            cloud.hook(status(204));
            line.set("jobrelay.destination.webhook.secret", NEW).start();
            line.clock.advance(Duration.ofSeconds(10));
            Awaitility.await().until(() -> cloud.hooks().size() == 2);

            LoggedRequest first = cloud.hooks().get(0);
            LoggedRequest second = cloud.hooks().get(1);
            StubServer.verify(OLD, first);
            StubServer.verify(NEW, second);
            assertThatThrownBy(() -> StubServer.verify(OLD, second)).isInstanceOf(WebhookVerificationException.class);
            assertThat(second.getHeader("webhook-id")).isEqualTo(first.getHeader("webhook-id"));
            assertThat(second.getBodyAsString()).isEqualTo(first.getBodyAsString());
        }
    }
}
