package io.jobrelay.signing;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.Json;
import io.jobrelay.signing.RandomRequests.RandomRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The golden vectors that the product's own tests read: requests, and what the vendors' code adds to them. With
 * {@code -Dvectors=write} they are written, otherwise compared.
 */
class GoldenVectorsTest {
    private static final Path VECTORS = Path.of("../../src/test/resources/signing/golden-vectors.ndjson");
    private static final int OF_EACH_SCHEME = 25;

    @Test
    void are_what_the_vendors_code_gives() throws IOException {
        List<String> vectors = Stream.of(Scheme.values())
                .flatMap(scheme -> scheme.requests(OF_EACH_SCHEME).map(request -> vector(scheme, request)))
                .toList();
        if (System.getProperty("vectors", "compare").equals("write")) {
            Files.write(VECTORS, vectors);
        }

        List<String> committed = Files.readAllLines(VECTORS);
        assertThat(committed).hasSameSizeAs(vectors);
        assertThat(IntStream.range(0, vectors.size())
                        .filter(line -> !committed.get(line).equals(vectors.get(line)))
                        .map(line -> line + 1))
                .as("lines of %s that are not what the vendors' code gives; -Dvectors=write rewrites them", VECTORS)
                .isEmpty();
    }

    private static String vector(Scheme scheme, RandomRequest request) {
        UnsignedRequest unsigned = request.unsigned();
        Credentials credentials = request.credentials();
        Map<String, Object> vector = new LinkedHashMap<>();
        vector.put("scheme", scheme.ours.scheme());
        vector.put("method", unsigned.method());
        vector.put("path", unsigned.path());
        vector.put("query", unsigned.query());
        vector.put("headers", unsigned.headers());
        vector.put("body", request.body());
        vector.put("access-key", credentials.accessKey());
        vector.put("secret-key", credentials.secretKey());
        vector.put("security-token", credentials.securityToken());
        vector.put("now", request.now());
        vector.put("nonce", request.nonce());
        vector.put("added", scheme.signedByTheVendor(request));
        return Json.write(vector);
    }
}
