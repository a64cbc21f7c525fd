package io.jobrelay.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Known answers that the libraries of Standard Webhooks and Svix agree on, then the official one as a judge. */
class WebhookSignatureTest {
    private static final String FIRST = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String SECOND = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private static final String PRIVATE =
            "whsk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8DoQe/884Qvh1w3RjnS8CZZ+TWMJulDV8d3IZkElUxuA==";
    private static final String SEED = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=";
    private static final String RUNNING = "{\"type\":\"job.state_changed\",\"timestamp\":\"2024-11-22T00:00:00Z\","
            + "\"data\":{\"jobId\":\"job-1\",\"state\":\"RUNNING\",\"sequence\":2}}";
    private static final String SUCCEEDED = "{\"type\":\"job.state_changed\",\"timestamp\":\"2024-11-22T00:00:01Z\","
            + "\"data\":{\"jobId\":\"job-ü-漢-🚀\",\"state\":\"SUCCEEDED\",\"sequence\":3}}";

    @Test
    void signs_the_specifications_own_example() {
        assertThat(signature(1614265330, "msg_p5jXN8AQM9LWM0D4loKWxJek", "{\"test\": 2432232314}", FIRST))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void signs_the_raw_body() {
        assertThat(signature(1732233600, "evt_01JD9W0V7Q4Z8K3M5N6P7R8S9T", RUNNING, SECOND))
                .isEqualTo("v1,S8b3BycJSHYoSYPyYygcEK+y7wdd4aGfBGbOEocfUS4=");
        assertThat(signature(1732233600, "evt_01JD9W0V7Q4Z8K3M5N6P7R8S9T", RUNNING + " ", SECOND))
                .isNotEqualTo("v1,S8b3BycJSHYoSYPyYygcEK+y7wdd4aGfBGbOEocfUS4=");
    }

    @Test
    void signs_the_bytes_of_text_beyond_ascii() {
        assertThat(signature(1732233601, "evt_01JD9W0V7Q4Z8K3M5N6P7R8S9U", SUCCEEDED, SECOND))
                .isEqualTo("v1,YAHKYePmCeDfjFtnbCed05s9Ugxx/Nj9XK2KGegoLZw=");
    }

    @Test
    void signs_an_empty_body() {
        assertThat(signature(1732233602, "evt_01JD9W0V7Q4Z8K3M5N6P7R8S9V", "", SECOND))
                .isEqualTo("v1,mc5ot9mpCldNWjrMVAYWjPpqbCsq8erbzbACWEnhxQ8=");
    }

    @Test
    void signs_with_every_live_key_in_order() {
        assertThat(signature(1732233600, "evt_01JD9W0V7Q4Z8K3M5N6P7R8S9T", RUNNING, SECOND, FIRST, PRIVATE))
                .isEqualTo(
                        "v1,S8b3BycJSHYoSYPyYygcEK+y7wdd4aGfBGbOEocfUS4= "
                                + "v1,bPlwWe1YcXSww/j9EcR6XjYQLqMeltHq42pWGOI5GV4= "
                                + "v1a,sEemJR4bUXjuAFB/3vwApHsyjXtAKfvBxEGXMLwRvkmeOsU87ylJ2x7IhuJ5Ei16XLkceK7DjM0AaHemlzdwCQ==");
    }

    @Test
    void signs_with_the_seed_of_an_ed25519_key_alone() {
        assertThat(signature(1614265330, "msg_p5jXN8AQM9LWM0D4loKWxJek", "{\"test\": 2432232314}", SEED))
                .isEqualTo(
                        "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==");
    }

    @Test
    void the_official_library_accepts_what_it_signs() throws Exception {
        Random random = new Random(20261122);
        for (int round = 0; round < 200; round++) {
            byte[] key = new byte[24 + random.nextInt(41)];
            random.nextBytes(key);
            String secret = "whsec_" + Base64.getEncoder().encodeToString(key);
            String body = random.ints(random.nextInt(300), 0, 0xd800)
                    .mapToObj(Character::toString)
                    .collect(Collectors.joining());
            // The library judges by the real clock and has no other.
            Map<String, String> headers = new WebhookSignature(List.of(FIRST, secret))
                    .headers("evt-" + round, Instant.now(), body.getBytes(UTF_8));

            new Webhook(secret)
                    .verify(
                            body,
                            headers.entrySet().stream()
                                    .collect(
                                            Collectors.toMap(Map.Entry::getKey, header -> List.of(header.getValue()))));
        }
    }

    @Test
    void gives_the_three_headers_of_an_attempt() {
        Map<String, String> headers = new WebhookSignature(List.of(FIRST))
                .headers("evt-1", Instant.parse("2026-11-22T12:00:00.999Z"), new byte[0]);

        assertThat(headers)
                .containsOnlyKeys("webhook-id", "webhook-timestamp", "webhook-signature")
                .containsEntry("webhook-id", "evt-1")
                .containsEntry("webhook-timestamp", "1795348800");
    }

    @ParameterizedTest
    @CsvSource({
        "whsec_plJ3nmyCDGBKInavdOK15jsl, 'must be 24 to 64 bytes, was 18 bytes'",
        "whsec_, 'must be 24 to 64 bytes, was 0 bytes'",
        "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA?, must be base64 after its prefix",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, must begin with whsec_",
        "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, 'must be an ed25519 key of 32 or 64 bytes, was 24 bytes'",
        "'', must begin with whsec_",
    })
    void refuses_what_is_not_a_secret_without_showing_it(String secret, String rule) {
        assertThatThrownBy(() -> new WebhookSignature(List.of(FIRST, secret)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .message()
                .startsWith("webhook secret 2 of 2 " + rule)
                .doesNotContain(FIRST.substring(6))
                .satisfies(message -> assertThat(secret.length() > 6 && message.contains(secret.substring(6)))
                        .isFalse());
    }

    @Test
    void refuses_a_secret_of_more_than_64_bytes() {
        String tooLong = "whsec_" + Base64.getEncoder().encodeToString(new byte[65]);

        assertThatThrownBy(() -> new WebhookSignature(List.of(tooLong))).hasMessageContaining("was 65 bytes");
    }

    @Test
    void refuses_no_secret_and_more_than_three() {
        assertThatThrownBy(() -> new WebhookSignature(List.of())).hasMessageContaining("1 to 3 webhook secrets");
        assertThatThrownBy(() -> new WebhookSignature(List.of(FIRST, FIRST, FIRST, FIRST)))
                .hasMessageContaining("must be 1 to 3 webhook secrets, were 4: take out the oldest");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a.b"})
    void refuses_an_event_id_that_could_move_the_border_of_what_is_signed(String id) {
        assertThatThrownBy(() -> new WebhookSignature(List.of(FIRST)).headers(id, Instant.EPOCH, new byte[0]))
                .hasMessageContaining("event id must not be empty or have a dot");
    }

    @Test
    void never_shows_a_secret() {
        assertThat(new WebhookSignature(List.of(FIRST))).hasToString("WebhookSignature[1 secret]");
        assertThat(new WebhookSignature(List.of(FIRST, SECOND))).hasToString("WebhookSignature[2 secrets]");
    }

    private static String signature(long timestamp, String id, String body, String... secrets) {
        return new WebhookSignature(List.of(secrets))
                .headers(id, Instant.ofEpochSecond(timestamp), body.getBytes(UTF_8))
                .getOrDefault("webhook-signature", "");
    }
}
