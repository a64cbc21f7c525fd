package io.jobrelay.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.signing.Acs3HmacSha256;
import io.jobrelay.signing.AwsSigV4;
import io.jobrelay.signing.BceAuthV1;
import io.jobrelay.signing.Credentials;
import io.jobrelay.signing.RequestSigner;
import io.jobrelay.signing.SdkHmacSha256;
import io.jobrelay.signing.SdkHmacSha256Scoped;
import io.jobrelay.signing.UnsignedRequest;
import io.jobrelay.testbed.MovableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SignatureVerifierTest {
    private static final Credentials KEYS = new Credentials("an-access-key", "a-secret-key", null);
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final String BODY = "{\"taskId\":\"task-1\"}";

    private final MovableClock clock = new MovableClock(NOW);
    private final SignatureVerifier verifier =
            new SignatureVerifier(KEYS, Map.of("x-user", "relay", "x-key", "a-key"), "a-token"::equals, clock);

    static Stream<RequestSigner> signers() {
        return Stream.of(
                new Acs3HmacSha256(() -> "a-nonce"),
                new SdkHmacSha256(),
                new SdkHmacSha256Scoped("", ""),
                new SdkHmacSha256Scoped("eu-de", "modelarts"),
                new BceAuthV1(),
                new AwsSigV4("us-east-1", "batch"));
    }

    @ParameterizedTest
    @MethodSource("signers")
    void accepts_what_the_keys_have_signed(RequestSigner signer) {
        assertThat(verifier.verify(signed(signer))).isEmpty();
    }

    @Test
    void accepts_headers_that_prove_it_and_bearer_tokens_and_no_others() {
        assertThat(verifier.verify(received("/", "", Map.of("x-user", "relay", "x-key", "a-key"), "")))
                .isEmpty();
        assertThat(verifier.verify(received("/", "", Map.of("x-user", "relay", "x-key", "a-kex"), "")))
                .contains(Refusal.BAD_TOKEN);
        assertThat(verifier.verify(received("/", "", Map.of("x-user", "relay"), "")))
                .contains(Refusal.BAD_TOKEN);
        assertThat(verifier.verify(received("/", "", Map.of(), ""))).contains(Refusal.MISSING);
        assertThat(verifier.verify(received("/", "", Map.of("authorization", "Bearer a-token"), "")))
                .isEmpty();
        assertThat(verifier.verify(received("/", "", Map.of("authorization", "Bearer a-tokem"), "")))
                .contains(Refusal.BAD_TOKEN);
    }

    @ParameterizedTest
    @MethodSource("signers")
    void passes_over_headers_that_are_not_signed(RequestSigner signer) {
        Map<String, String> headers = new HashMap<>(signed(signer).headers());
        headers.put("user-agent", "a client");
        headers.put("accept-encoding", "gzip");

        assertThat(verifier.verify(received("/v1/jobs/a%20b", "limit=10&x=%2F", headers, BODY)))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("signers")
    void refuses_a_changed_byte(RequestSigner signer) {
        Map<String, String> headers = signed(signer).headers();

        assertThat(verifier.verify(received("/v1/jobs/a%20c", "limit=10&x=%2F", headers, BODY)))
                .contains(Refusal.MISMATCH);
        assertThat(verifier.verify(received("/v1/jobs/a%20b", "limit=11&x=%2F", headers, BODY)))
                .contains(Refusal.MISMATCH);
        assertThat(verifier.verify(received("/v1/jobs/a%20b", "limit=10&x=%2F&y=", headers, BODY)))
                .contains(Refusal.MISMATCH);
        assertThat(verifier.verify(
                        new ReceivedRequest("PUT", "/v1/jobs/a%20b", "limit=10&x=%2F", headers, BODY.getBytes(UTF_8))))
                .contains(Refusal.MISMATCH);
        if (!(signer instanceof BceAuthV1)) { // which does not sign the body
            assertThat(verifier.verify(received("/v1/jobs/a%20b", "limit=10&x=%2F", headers, BODY + " ")))
                    .contains(Refusal.MISMATCH);
        }
    }

    @ParameterizedTest
    @MethodSource("signers")
    void refuses_a_changed_or_missing_header_that_is_signed(RequestSigner signer) {
        Map<String, String> headers = signed(signer).headers();
        for (String name : PresentedSignature.of(
                        headers.getOrDefault("authorization", ""), received("/", "", headers, ""))
                .signedHeaders()) {
            Map<String, String> without = new HashMap<>(headers);
            without.remove(name);
            assertThat(verifier.verify(received("/v1/jobs/a%20b", "limit=10&x=%2F", without, BODY)))
                    .as("without %s", name)
                    .isPresent();
            Map<String, String> changed = new HashMap<>(headers);
            changed.merge(name, "1", (value, more) -> value.replaceFirst(".$", value.endsWith("1") ? "2" : "1"));
            assertThat(verifier.verify(received("/v1/jobs/a%20b", "limit=10&x=%2F", changed, BODY)))
                    .as("with another %s", name)
                    .isPresent();
        }
    }

    @ParameterizedTest
    @MethodSource("signers")
    void refuses_another_secret_and_another_access_key(RequestSigner signer) {
        assertThat(verifier.verify(signed(signer, new Credentials("an-access-key", "another-secret-key", null))))
                .contains(Refusal.MISMATCH);
        assertThat(verifier.verify(signed(signer, new Credentials("another-access-key", "a-secret-key", null))))
                .contains(Refusal.UNKNOWN_KEY);
    }

    @ParameterizedTest
    @MethodSource("signers")
    void refuses_a_date_that_is_a_quarter_of_an_hour_off(RequestSigner signer) {
        ReceivedRequest request = signed(signer);

        clock.advance(Duration.ofMinutes(15).minusSeconds(1));
        assertThat(verifier.verify(request)).isEmpty();
        clock.advance(Duration.ofSeconds(1));
        assertThat(verifier.verify(request)).contains(Refusal.UNTIMELY);
        clock.advance(Duration.ofMinutes(-30));
        assertThat(verifier.verify(request)).contains(Refusal.UNTIMELY);
    }

    @Test
    void refuses_a_signature_that_says_that_it_has_expired() {
        ReceivedRequest request = signed(new BceAuthV1(Duration.ofSeconds(60)));
        clock.advance(Duration.ofSeconds(60));

        assertThat(verifier.verify(request)).contains(Refusal.UNTIMELY);
    }

    @Test
    void refuses_a_nonce_that_has_come_before() {
        ReceivedRequest request = signed(new Acs3HmacSha256(() -> "a-nonce"));

        assertThat(verifier.verify(request)).isEmpty();
        assertThat(verifier.verify(request)).contains(Refusal.REPEATED);
    }

    @ParameterizedTest
    @MethodSource("signers")
    void refuses_what_is_no_signature(RequestSigner signer) {
        ReceivedRequest request = signed(signer);
        Map<String, String> headers = new HashMap<>(request.headers());
        headers.remove("authorization");
        assertThat(verifier.verify(received("/", "", headers, BODY))).contains(Refusal.MISSING);
        String authorization = request.headers().getOrDefault("authorization", "");
        for (String broken : new String[] {
            "",
            "Basic YTpi",
            authorization.substring(0, authorization.length() / 2),
            authorization.substring(0, authorization.length() - 64),
            authorization.replace(";", "")
        }) {
            headers.put("authorization", broken);
            assertThat(verifier.verify(received(request.path(), request.query(), headers, BODY)))
                    .as("%s", broken)
                    .isPresent();
        }
    }

    @Test
    void accepts_a_valid_token_and_no_other() {
        assertThat(verifier.verify(received("/", "", Map.of("x-auth-token", "a-token"), "")))
                .isEmpty();
        assertThat(verifier.verify(received("/", "", Map.of("x-auth-token", "b-token"), "")))
                .contains(Refusal.BAD_TOKEN);
    }

    /** The vendor's client does: the request says which. */
    @Test
    void accepts_a_signature_over_more_headers_than_ours_and_refuses_it_changed() {
        TreeMap<String, String> headers = new TreeMap<>(Map.of(
                "host", "127.0.0.1:8080", "content-type", "application/json", "x-bce-date", "2026-11-22T12:00:00Z"));
        UnsignedRequest request = new UnsignedRequest("POST", "/v2/dataset", "", headers, BODY.getBytes(UTF_8));
        headers.put("authorization", new BceAuthV1().authorization(request, Set.copyOf(headers.keySet()), KEYS, NOW));

        assertThat(verifier.verify(received("/v2/dataset", "", headers, BODY))).isEmpty();
        headers.put("content-type", "text/plain");
        assertThat(verifier.verify(received("/v2/dataset", "", headers, BODY))).contains(Refusal.MISMATCH);
    }

    private static ReceivedRequest signed(RequestSigner signer) {
        return signed(signer, KEYS);
    }

    private static ReceivedRequest signed(RequestSigner signer, Credentials keys) {
        TreeMap<String, String> headers = new TreeMap<>(
                Map.of("host", "127.0.0.1:8080", "content-type", "application/json", "x-acs-action", "GetJob"));
        UnsignedRequest request =
                new UnsignedRequest("POST", "/v1/jobs/a%20b", "limit=10&x=%2F", headers, BODY.getBytes(UTF_8));
        headers.putAll(signer.sign(request, keys, NOW));
        return received(request.path(), request.query(), headers, BODY);
    }

    private static ReceivedRequest received(String path, String query, Map<String, String> headers, String body) {
        return new ReceivedRequest("POST", path, query, headers, body.getBytes(UTF_8));
    }
}
