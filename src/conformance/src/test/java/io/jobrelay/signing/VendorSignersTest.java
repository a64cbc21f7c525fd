package io.jobrelay.signing;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.jobrelay.signing.RandomRequests.RandomRequest;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** Our signers against the vendors' own on random requests; {@link Scheme} says where the vendor's cannot follow. */
class VendorSignersTest {

    @BeforeAll
    static void silence() {
        ((Logger) LoggerFactory.getLogger("com.baidubce")).setLevel(Level.WARN);
    }

    @ParameterizedTest
    @EnumSource
    void agrees_with_the_vendors_signer(Scheme scheme) {
        assertThat(scheme.requests(3_000))
                .allSatisfy(
                        request -> assertThat(scheme.signedByUs(request)).isEqualTo(scheme.signedByTheVendor(request)));
    }

    @Test
    void satisfies_huaweis_verifier_of_the_credential_form() {
        assertThat(Scheme.CREDENTIAL.requests(3_000))
                .allMatch(request -> VendorSigners.verifies(request, Scheme.CREDENTIAL.signedByUs(request)));
    }

    @Test
    void fails_huaweis_verifier_with_another_path() {
        RandomRequest request = Scheme.CREDENTIAL
                .requests(100)
                .filter(any -> !any.segments().isEmpty())
                .findFirst()
                .orElseThrow();
        Map<String, String> signed = Scheme.CREDENTIAL.signedByUs(request.withSegments(segment -> segment + "x"));

        assertThat(VendorSigners.verifies(request, signed)).isFalse();
    }
}
