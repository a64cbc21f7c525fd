package io.jobrelay.signing;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.jobrelay.signing.RandomRequests.RandomRequest;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Our signers against the vendors' own on random requests; each test says where the vendor's cannot follow. */
class VendorSignersTest {

    private static final RequestSigner CREDENTIAL_FORM = new SdkHmacSha256Scoped("eu-de", "modelarts");

    @BeforeAll
    static void silence() {
        ((Logger) LoggerFactory.getLogger("com.baidubce")).setLevel(Level.WARN);
    }

    /** Alibaba's takes its parameters in a map, so no name is repeated. */
    @Test
    void agrees_with_alibabas_signer() {
        RequestSigner signer = new Acs3HmacSha256();
        requests(1, RandomRequest::withoutRepeatedNames).forEach(request -> {
            Map<String, String> signed = sign(signer, request);
            assertThat(signed.get("authorization")).as("%s", request).isEqualTo(VendorSigners.acs3(request, signed));
        });
    }

    /**
     * Huawei's takes the path in decoded form and through {@link java.net.URL}, so no segment has a {@code /},
     * {@code ?} or {@code #} or ends in white space. It makes an empty path of several slashes alone, so there is none
     * of these. It signs a parameter twice, encoded and raw, if the name needs encoding, so no name does.
     */
    @Test
    void agrees_with_huaweis_signer_of_the_access_form() {
        RequestSigner signer = new SdkHmacSha256();
        requests(
                        2,
                        request -> request.withSegments(segment ->
                                        segment.replaceAll("[/?#]", "").stripTrailing())
                                .withNames(name -> "k" + name.replaceAll("[^A-Za-z0-9._~-]", "")))
                .filter(request -> !request.decodedPath().matches("//+"))
                .forEach(request -> {
                    Map<String, String> signed = sign(signer, request);
                    assertThat(signed.get("authorization"))
                            .as("%s", request)
                            .isEqualTo(VendorSigners.access(request, signed));
                });
    }

    /**
     * Huawei's takes the path in decoded form and its parameters in a map, so no segment has a {@code /} and no name
     * is repeated. It does not sort names without regard to case, as the Open Telekom Cloud's clients do, so all are in
     * lower case. It adds no slash to the path, so it is given one.
     */
    @Test
    void satisfies_huaweis_verifier_of_the_credential_form() {
        requests(
                        3,
                        request -> request.withSegments(segment -> segment.replace("/", ""))
                                .withNames(name -> name.toLowerCase(Locale.ROOT))
                                .withoutRepeatedNames())
                .forEach(request -> {
                    Map<String, String> signed = sign(CREDENTIAL_FORM, request);
                    assertThat(VendorSigners.verifies(request, signed))
                            .as("%s", request)
                            .isTrue();
                });
    }

    @Test
    void fails_huaweis_verifier_with_another_path() {
        RandomRequest request = new RandomRequests(4)
                .stream(100)
                        .filter(any -> !any.segments().isEmpty())
                        .findFirst()
                        .orElseThrow();
        Map<String, String> signed = sign(CREDENTIAL_FORM, request.withSegments(segment -> segment + "x"));

        assertThat(VendorSigners.verifies(request, signed)).isFalse();
    }

    /** Baidu's takes its parameters in a map, so no name is repeated. */
    @Test
    void agrees_with_baidus_signer() {
        RequestSigner signer = new BceAuthV1();
        requests(5, RandomRequest::withoutRepeatedNames).forEach(request -> {
            Map<String, String> signed = sign(signer, request);
            assertThat(signed.get("authorization")).as("%s", request).isEqualTo(VendorSigners.bce(request, signed));
        });
    }

    private static Stream<RandomRequest> requests(long seed, UnaryOperator<RandomRequest> asTheVendorCanTakeIt) {
        return new RandomRequests(seed).stream(3_000).map(asTheVendorCanTakeIt);
    }

    private static Map<String, String> sign(RequestSigner signer, RandomRequest request) {
        return signer.sign(request.unsigned(), request.credentials(), request.now(), request.nonce());
    }
}
