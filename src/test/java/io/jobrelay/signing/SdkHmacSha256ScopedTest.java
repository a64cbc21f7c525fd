package io.jobrelay.signing;

import static io.jobrelay.signing.SampleRequests.request;
import static io.jobrelay.signing.SampleRequests.with;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Vectors B1 to B6, made with the Open Telekom Cloud's Go client; the vendor publishes none. */
class SdkHmacSha256ScopedTest {

    private static final String PROJECT = "0123456789abcdef0123456789abcdef";
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.999Z");
    private static final String SECRET_KEY = "ExampleSecretKey0123456789abcdefABCDEF00";
    private static final Credentials PERMANENT = new Credentials("EXAMPLEAK00000000001", SECRET_KEY, null);
    private static final String SYNC_STATUS = "https://modelarts.eu-de.otc.t-systems.com/v2/" + PROJECT
            + "/datasets/gfghHSokody6AJigS5A/sync-data/status";

    private final SdkHmacSha256Scoped signer = new SdkHmacSha256Scoped();

    /** B1. */
    @Test
    void signs_for_an_empty_region_and_service() {
        assertThat(authorization(signer, request("GET", SYNC_STATUS)))
                .isEqualTo("SDK-HMAC-SHA256 Credential=EXAMPLEAK00000000001/20260102///sdk_request, "
                        + "SignedHeaders=host;x-sdk-date, "
                        + "Signature=7068de9352853449aaa302d52c3bc36ec503d09865fd99080b1dec806448e4d4");
    }

    /** B2. */
    @Test
    void signs_for_a_region_and_a_service() {
        assertThat(authorization(new SdkHmacSha256Scoped("eu-de", "modelarts"), request("GET", SYNC_STATUS)))
                .isEqualTo("SDK-HMAC-SHA256 Credential=EXAMPLEAK00000000001/20260102/eu-de/modelarts/sdk_request, "
                        + "SignedHeaders=host;x-sdk-date, "
                        + "Signature=49c7404e2a1b0dbbe97d5f4a7654bef0f2397faa07e4d165e5bab2f84b749a59");
    }

    /** B3. */
    @Test
    void signs_for_a_service_without_a_region() {
        assertThat(authorization(new SdkHmacSha256Scoped("", "ec2"), request("GET", SYNC_STATUS)))
                .isEqualTo("SDK-HMAC-SHA256 Credential=EXAMPLEAK00000000001/20260102//ec2/sdk_request, "
                        + "SignedHeaders=host;x-sdk-date, "
                        + "Signature=608a49f5b0b61832fac9cd01e8c186a4a0e6af386e8b36e9294bf59bc0275033");
    }

    /** B4. */
    @Test
    void signs_the_body_and_its_type() {
        UnsignedRequest request = request(
                "POST",
                "https://modelarts.eu-de.otc.t-systems.com/v2/" + PROJECT + "/training-job-searches",
                Map.of("content-type", "application/json"),
                "{\"offset\":0,\"limit\":50,\"sort_by\":\"create_time\",\"order\":\"desc\"}");

        assertThat(authorization(signer, request))
                .endsWith("SignedHeaders=content-type;host;x-sdk-date, "
                        + "Signature=045c37096edd4770d503c4120607a7ec522aa4d30868537cac8cfabb413fe297");
    }

    /** B5. */
    @Test
    void signs_every_header() {
        UnsignedRequest request = request(
                "GET",
                SYNC_STATUS,
                Map.of(
                        "accept", "application/json",
                        "content-type", "application/json",
                        "user-agent", "golangsdk/2.0.0"),
                "");

        assertThat(authorization(signer, request))
                .endsWith("SignedHeaders=accept;content-type;host;user-agent;x-sdk-date, "
                        + "Signature=1a425272d92ef359ac25bf44d80c09144debe0656a06b5bafee071569b34e12e");
    }

    /** B6. */
    @Test
    void encodes_the_path_once() {
        assertThat(authorization(signer, request("GET", "http://127.0.0.1:18080/v2/a%20b/x")))
                .endsWith("Signature=25956f85db90c19cc4ea1054914b1814090d3e2b6863d5cbb4e614e343446661");
    }

    @Test
    void leaves_project_domain_and_token_unsigned() {
        UnsignedRequest plain = request("GET", SYNC_STATUS);
        Map<String, String> unsigned = Map.of("x-project-id", PROJECT, "x-domain-id", "d");

        Map<String, String> signed =
                signer.sign(with(plain, unsigned), new Credentials("EXAMPLEAK00000000001", SECRET_KEY, "token"), NOW);

        assertThat(signed)
                .containsEntry("x-security-token", "token")
                .containsEntry("authorization", authorization(signer, plain));
    }

    @Test
    void sorts_parameters_without_regard_to_case() {
        assertThat(SdkHmacSha256Scoped.canonicalRequest(request("GET", "https://h/?offset=0&Z=1&limit=5&a=2"), Map.of())
                        .query())
                .isEqualTo("a=2&limit=5&offset=0&Z=1");
    }

    @Test
    void signs_the_first_value_of_a_repeated_parameter() {
        assertThat(SdkHmacSha256Scoped.canonicalRequest(request("GET", "https://h/?b=2&a=&b=1&B=3"), Map.of())
                        .query())
                .isEqualTo("a=&B=3&b=2");
    }

    @Test
    void counts_white_space_in_a_header_as_one_blank() {
        UnsignedRequest request = request("GET", "https://h/", Map.of("user-agent", "a \t  b"), "");

        assertThat(SdkHmacSha256Scoped.canonicalRequest(request, Map.of()).headers())
                .containsEntry("user-agent", "a b");
    }

    private static String authorization(RequestSigner signer, UnsignedRequest request) {
        return requireNonNull(signer.sign(request, PERMANENT, NOW).get("authorization"));
    }
}
