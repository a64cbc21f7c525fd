package io.jobrelay.signing;

import static io.jobrelay.signing.SampleRequests.request;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One byte changed in each part of a request in turn: another signature, exactly where the scheme covers the part. */
class SignatureCoverageTest {

    private record Inputs(UnsignedRequest request, Credentials credentials, Instant now, String nonce) {}

    /** What the next nonce is. */
    private static final AtomicReference<String> NONCE = new AtomicReference<>("");

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final Credentials CREDENTIALS = new Credentials("AK", "secret1", "token1");
    private static final Inputs ORIGINAL =
            new Inputs(post("https://a.example/jobs/1?limit=1", "1", "body1"), CREDENTIALS, NOW, "nonce1");

    private static final Map<String, Inputs> CHANGED = Map.of(
            "method", with(request("PUT", "https://a.example/jobs/1?limit=1", headers("1"), "body1")),
            "host", with(post("https://b.example/jobs/1?limit=1", "1", "body1")),
            "path", with(post("https://a.example/jobs/2?limit=1", "1", "body1")),
            "query", with(post("https://a.example/jobs/1?limit=2", "1", "body1")),
            "header", with(post("https://a.example/jobs/1?limit=1", "2", "body1")),
            "body", with(post("https://a.example/jobs/1?limit=1", "1", "body2")),
            "secret", new Inputs(ORIGINAL.request(), new Credentials("AK", "secret2", "token1"), NOW, "nonce1"),
            "token", new Inputs(ORIGINAL.request(), new Credentials("AK", "secret1", "token2"), NOW, "nonce1"),
            "date", new Inputs(ORIGINAL.request(), CREDENTIALS, NOW.plusSeconds(1), "nonce1"),
            "nonce", new Inputs(ORIGINAL.request(), CREDENTIALS, NOW, "nonce2"));

    static Stream<Arguments> signers() {
        return Stream.of(
                arguments("acs3-hmac-sha256", new Acs3HmacSha256(NONCE::get), Set.of()),
                arguments("sdk-hmac-sha256", new SdkHmacSha256(), Set.of("nonce")),
                arguments("sdk-hmac-sha256-scoped", new SdkHmacSha256Scoped(), Set.of("nonce", "token")),
                arguments("aws-sigv4", new AwsSigV4("us-east-1", "glue"), Set.of("nonce")),
                arguments("bce-auth-v1", new BceAuthV1(), Set.of("nonce", "body")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("signers")
    void changes_with_every_byte_that_the_scheme_covers(String scheme, RequestSigner signer, Set<String> uncovered) {
        Set<String> same = new LinkedHashSet<>();
        CHANGED.forEach((part, inputs) -> {
            if (signature(signer, inputs).equals(signature(signer, ORIGINAL))) {
                same.add(part);
            }
        });

        assertThat(signer.scheme()).isEqualTo(scheme);
        assertThat(same).containsExactlyInAnyOrderElementsOf(uncovered);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("signers")
    void signs_the_next_second_and_the_next_day_as_a_new_signer_does(String scheme, RequestSigner signer) {
        for (Duration later : List.of(Duration.ZERO, Duration.ofSeconds(1), Duration.ofDays(1), Duration.ZERO)) {
            Inputs inputs = new Inputs(ORIGINAL.request(), CREDENTIALS, NOW.plus(later), "nonce1");

            assertThat(signature(signer, inputs)).isEqualTo(signature(signerOf(scheme), inputs));
        }
    }

    private static RequestSigner signerOf(String scheme) {
        return signers()
                .map(arguments -> (RequestSigner) arguments.get()[1])
                .filter(signer -> signer.scheme().equals(scheme))
                .findAny()
                .orElseThrow();
    }

    private static String signature(RequestSigner signer, Inputs inputs) {
        NONCE.set(inputs.nonce());
        String authorization = requireNonNull(signer.sign(inputs.request(), inputs.credentials(), inputs.now())
                .get("authorization"));
        return authorization.substring(authorization.length() - 64);
    }

    private static UnsignedRequest post(String url, String header, String body) {
        return request("POST", url, headers(header), body);
    }

    private static Map<String, String> headers(String value) {
        return Map.of("x-acs-action", value, "x-bce-a", value);
    }

    private static Inputs with(UnsignedRequest request) {
        return new Inputs(request, CREDENTIALS, NOW, "nonce1");
    }
}
