package io.jobrelay.signing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.jobrelay.job.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Our signers on requests that the vendors' own code has signed; {@code src/conformance} writes them. */
class GoldenVectorsTest {
    private static final Path VECTORS = Path.of("src/test/resources/signing/golden-vectors.ndjson");

    /** A request, and every header that the vendor's code adds to it. */
    record Vector(
            String scheme,
            String method,
            String path,
            String query,
            SortedMap<String, String> headers,
            String body,
            @JsonProperty("access-key") String accessKey,
            @JsonProperty("secret-key") String secretKey,
            @JsonProperty("security-token") @Nullable String securityToken,
            Instant now,
            String nonce,
            Map<String, String> added) {
        private Map<String, String> signedBy(RequestSigner signer) {
            return signer.sign(
                    new UnsignedRequest(method, path, query, headers, Digests.utf8(body)),
                    new Credentials(accessKey, secretKey, securityToken),
                    now);
        }
    }

    private static List<Vector> vectors() throws IOException {
        return Files.readAllLines(VECTORS).stream()
                .map(line -> Json.read(line, Vector.class))
                .toList();
    }

    /** One signer of each scheme, which signs all vectors of it. */
    static Stream<RequestSigner> signers() throws IOException {
        Iterator<String> nonces = vectors().stream()
                .filter(vector -> vector.scheme().equals("acs3-hmac-sha256"))
                .map(Vector::nonce)
                .iterator();
        return Stream.of(
                new Acs3HmacSha256(nonces::next),
                new SdkHmacSha256(),
                new SdkHmacSha256Scoped("eu-de", "modelarts"),
                new BceAuthV1(),
                new AwsSigV4("us-east-1", "batch"));
    }

    @ParameterizedTest
    @MethodSource("signers")
    void adds_what_the_vendors_code_adds(RequestSigner signer) throws IOException {
        assertThat(vectors())
                .filteredOn(vector -> vector.scheme().equals(signer.scheme()))
                .hasSizeGreaterThan(20)
                .allSatisfy(vector -> assertThat(vector.signedBy(signer)).isEqualTo(vector.added()));
    }

    @Test
    void every_scheme_has_vectors() throws IOException {
        assertThat(vectors().stream().map(Vector::scheme).distinct())
                .containsExactlyInAnyOrderElementsOf(
                        signers().map(RequestSigner::scheme).toList());
        assertThat(RequestSigner.class.getPermittedSubclasses())
                .hasSameSizeAs(signers().toList());
    }
}
