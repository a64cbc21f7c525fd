package io.jobrelay.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import io.jobrelay.testbed.MovableClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The sender is the official library. */
class WebhookReceiverTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final String BODY = "{\"state\":\"SUCCEEDED\",\"name\":\"ü\"}";

    private final MovableClock clock = new MovableClock(NOW);
    private WebhookReceiver receiver;

    @BeforeEach
    void start() throws IOException {
        receiver = new WebhookReceiver(clock);
    }

    @AfterEach
    void stop() {
        receiver.close();
    }

    @Test
    void takes_what_is_signed() throws Exception {
        assertThat(post("evt-1", BODY, signature("evt-1"))).isEqualTo(204);
        assertThat(receiver.received())
                .singleElement()
                .extracting(WebhookReceiver.Received::id, WebhookReceiver.Received::body)
                .containsExactly("evt-1", BODY);
        assertThat(receiver.refused()).isZero();
    }

    @Test
    void takes_one_good_signature_among_others() throws Exception {
        assertThat(post("evt-1", BODY, "v1,bm90IHRoaXMgb25l v1a,x " + signature("evt-1")))
                .isEqualTo(204);
    }

    @Test
    void refuses_another_body_another_id_and_another_secret() throws Exception {
        assertThat(post("evt-1", BODY + " ", signature("evt-1"))).isEqualTo(401);
        assertThat(post("evt-2", BODY, signature("evt-1"))).isEqualTo(401);
        String other = new Webhook("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
                .sign("evt-1", NOW.getEpochSecond(), BODY);
        assertThat(post("evt-1", BODY, other)).isEqualTo(401);
        assertThat(receiver.received()).isEmpty();
        assertThat(receiver.refused()).isEqualTo(3);
    }

    @Test
    void refuses_a_signature_of_more_than_five_minutes() throws Exception {
        String signature = signature("evt-1");
        clock.advance(Duration.ofMinutes(5).plusSeconds(1));

        assertThat(post("evt-1", BODY, signature)).isEqualTo(401);
    }

    private String signature(String id) throws Exception {
        return new Webhook(receiver.secret()).sign(id, NOW.getEpochSecond(), BODY);
    }

    private int post(String id, String body, String signature) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(receiver.url()))
                .header("webhook-id", id)
                .header("webhook-timestamp", Long.toString(NOW.getEpochSecond()))
                .header("webhook-signature", signature)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
