package io.jobrelay.signing;

import static io.jobrelay.signing.SampleRequests.before;
import static io.jobrelay.signing.SampleRequests.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The published example and vectors A1 to A14 of the vendor's signer. A15 is its derived form, V11-HMAC-SHA256, which
 * we do not have.
 */
class SdkHmacSha256Test {

    private static final String PROJECT = "0123456789abcdef0123456789abcdef";
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.999Z");
    private static final String SECRET_KEY = "ExampleSecretKey0123456789abcdefABCDEF00";
    private static final Credentials PERMANENT = new Credentials("EXAMPLEAK00000000001", SECRET_KEY, null);
    private static final String SYNC_STATUS = "https://modelarts.cn-north-4.myhuaweicloud.com/v2/" + PROJECT
            + "/datasets/gfghHSokody6AJigS5A/sync-data/status";

    private final SdkHmacSha256 signer = new SdkHmacSha256();

    /** The example signs {@code content-type}, as the vendor's clients and ours never do. */
    @Test
    void signs_the_canonical_request_of_the_published_example() {
        CanonicalRequest canonical = new CanonicalRequest(
                "GET",
                "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs/",
                "limit=2&marker=13551d6b-755d-4757-b956-536f674975c0",
                new TreeMap<>(Map.of(
                        "content-type", "application/json",
                        "host", "service.region.example.com",
                        "x-sdk-date", "20191115T033655Z")),
                Digests.sha256Hex(""));

        assertThat(canonical.hash()).isEqualTo("b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a");
        assertThat(SdkHmacSha256.signature(canonical, "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc", "20191115T033655Z"))
                .isEqualTo("7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe");
    }

    @Test
    void signs_the_published_example_without_its_content_type() {
        UnsignedRequest request = request(
                "GET",
                "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs"
                        + "?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0",
                Map.of("content-type", "application/json"),
                "");

        Map<String, String> signed = signer.sign(
                request,
                new Credentials("QTWAOYTTINDUT2QVKYUC", "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc", null),
                Instant.parse("2019-11-15T03:36:55Z"));

        assertThat(signed)
                .containsOnlyKeys("authorization", "x-sdk-date")
                .containsEntry("x-sdk-date", "20191115T033655Z")
                .containsEntry(
                        "authorization",
                        "SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, SignedHeaders=host;x-sdk-date, "
                                + "Signature=faafba090046ef84c81ca330e77576d8746733ddfcf0317aaeb59cff50da39a7");
    }

    @Test
    void lays_out_the_canonical_request_line_by_line() {
        UnsignedRequest request = request(
                "GET",
                "https://res.cn-north-4.myhuaweicloud.com/v1/" + PROJECT + "/jobs/d7a72d46599e4d32bc79efaf8041b6e5");

        Map<String, String> signed = signer.sign(request, PERMANENT, NOW);

        assertThat(SdkHmacSha256.canonicalRequest(request, before(signed)).text())
                .isEqualTo("""
                    GET
                    /v1/0123456789abcdef0123456789abcdef/jobs/d7a72d46599e4d32bc79efaf8041b6e5/

                    host:res.cn-north-4.myhuaweicloud.com
                    x-sdk-date:20260102T030405Z

                    host;x-sdk-date
                    e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\
                    """);
    }

    static Stream<Arguments> vectors() {
        return Stream.of(
                arguments(
                        "A1",
                        "https://res.cn-north-4.myhuaweicloud.com/v1/" + PROJECT
                                + "/jobs/d7a72d46599e4d32bc79efaf8041b6e5",
                        "30ba44d08800ddee8ee66833b0c351efaa4583493591d45529ef81b06d958290",
                        "fcf1ffefa6611d9f9d210b7cf0525a0385f4a8cdde1ec7b8767f3118db73b8e2"),
                arguments(
                        "A2",
                        "https://modelarts.eu-de.otc.t-systems.com/v2/" + PROJECT
                                + "/datasets/gfghHSokody6AJigS5A/sync-data/status",
                        "19c2de734a5d8b0d565160fae1b141190d93763b388eff88797dd678c35c26ce",
                        "4e5fc3db12ca919c265a677e56ec2d3f725a3926868aa63ba7b23b44514b82d5"),
                arguments(
                        "A3",
                        "https://octopus.cn-north-11.myhuaweicloud.com/v1.0/" + PROJECT + "/data/system-jobs"
                                + "?workspace_id=0&statuses=RUNNING&statuses=FINISHED&job_types=SCENARIO_AUTO_MINING"
                                + "&job_types=FRAME_EXTRACT&offset=0&limit=100&start_time=1767225600000",
                        "9324fa1ca26fd580bb882aa7a4c762586ada267ee89ea5ce5e883e2a3651fe1c",
                        "c82a579307a216406272a1d2dd14b99a5b3d7ffe989833b0388d8683cf982b8c"),
                arguments(
                        "A4",
                        "https://octopus.cn-north-11.myhuaweicloud.com/v1.0/" + PROJECT + "/data/system-jobs"
                                + "?data_id=a%20b+c/d*e~f=g%26h%25i&sort=%E4%BD%9C%E4%B8%9A&empty=&none&Zeta=1&alpha=2",
                        "2f58b26a30d7ebc04c8eb06e834edd1b9432ac059f5155121c40b3dca3e48a40",
                        "e22c20c1be178da59831b5f1602b39e3f8392c0ac3d56594036be5b0770e1bd9"),
                arguments(
                        "A8",
                        "http://127.0.0.1:18080/v1/" + PROJECT + "/jobs/d7a72d46599e4d32bc79efaf8041b6e5",
                        "29a2c037f37451d2c4d35240c9c04969bde7c3187cbc622df61695a4c38d8020",
                        "849e41d77e3a22a04e1dca63aa61fafcfd43a0b292f85934df22e78bd9e6e1e3"),
                arguments(
                        "A11",
                        "https://res.cn-north-4.myhuaweicloud.com/",
                        "e341c949d724a8166f3c483e9eba8728f462d919a23a7f01920597daeac15e4c",
                        "245b3f529a4e2d39aaf87d1b7ad0044c0a764558709b7660fa22218c6b7cb44a"),
                arguments(
                        "A11, empty path",
                        "https://res.cn-north-4.myhuaweicloud.com",
                        "e341c949d724a8166f3c483e9eba8728f462d919a23a7f01920597daeac15e4c",
                        "245b3f529a4e2d39aaf87d1b7ad0044c0a764558709b7660fa22218c6b7cb44a"),
                arguments(
                        "A12",
                        "https://res.cn-north-4.myhuaweicloud.com/v1/" + PROJECT + "/jobs",
                        "cdb059d7f27459697a4f5de694d40ba8ec249d039aac374a2d116f36a4f56350",
                        "8b0f838363dae86165690296a74d2a51b005e0592d93c7fe6f1b79ec24711f2a"),
                arguments(
                        "A12, slash",
                        "https://res.cn-north-4.myhuaweicloud.com/v1/" + PROJECT + "/jobs/",
                        "cdb059d7f27459697a4f5de694d40ba8ec249d039aac374a2d116f36a4f56350",
                        "8b0f838363dae86165690296a74d2a51b005e0592d93c7fe6f1b79ec24711f2a"),
                arguments(
                        "A13",
                        "https://res.cn-north-4.myhuaweicloud.com/v1/a%2520b/jobs",
                        "ff12b0147ee83064a9084b90543184a08aef7c3dfba591f707bcbaaf0daeb1a5",
                        "4858ece5f705e776be2f295dce21fda34c58171344f2491c2d7716378c8c2163"),
                arguments(
                        "A14",
                        "https://res.cn-north-4.myhuaweicloud.com/v1/a%20b/jobs",
                        "9efa5d0be41f077843419b5fa624bd39e57088c6218324f379945f8a9e2d2c3e",
                        "54210cbafa4484539deadd95a1817cf8ae7d90b2c1cd5f89e5b2b53782fc026b"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("vectors")
    void signs_like_the_vendors_signer(String id, String url, String hash, String signature) {
        assertSigned(request("GET", url), PERMANENT, "host;x-sdk-date", hash, signature);
    }

    /** A5. */
    @Test
    void signs_the_body_and_not_its_type() {
        assertSigned(
                request(
                        "POST",
                        "https://modelarts.cn-north-4.myhuaweicloud.com/v2/" + PROJECT + "/training-job-searches",
                        Map.of("content-type", "application/json"),
                        "{\"offset\":0,\"limit\":50,\"sort_by\":\"create_time\",\"order\":\"desc\"}"),
                PERMANENT,
                "host;x-sdk-date",
                "13dc4388ff9362e5e520620423a79e29012e7607231d6b4813be92c127262174",
                "b891d712c41173c793d98ed7c43f442534fb5c75dbc2eb63c921977fb452e258");
    }

    /** A6, with a header beside it whose name a proxy may drop. */
    @Test
    void signs_the_project() {
        assertSigned(
                request("GET", SYNC_STATUS, Map.of("x-project-id", PROJECT, "x_trace", "1"), ""),
                PERMANENT,
                "host;x-project-id;x-sdk-date",
                "7f48a690fe0f8bc15127f68133254395b2496b23fb78d77de264d8cae6d6af34",
                "2f5d77cdb11e40ab154ee962adc0171f163cf2ba38b4f45c8672deda2198a2ef");
    }

    /** A7. */
    @Test
    void signs_the_token_of_temporary_credentials() {
        assertSigned(
                request("GET", SYNC_STATUS, Map.of("x-project-id", PROJECT), ""),
                new Credentials("EXAMPLEAK00000000001", SECRET_KEY, "EXAMPLE-SECURITY-TOKEN"),
                "host;x-project-id;x-sdk-date;x-security-token",
                "13e57aac5e195bf71087911e7723c2aba88be9de80e814a7c9bb8ee1fa59388a",
                "3731370b886c8691d6651aaee3bfb54a50f28df8d5b0499c695ad7fc1bc69cde");
    }

    /** A9. */
    @Test
    void takes_a_stated_payload_hash_at_its_word() {
        assertSigned(
                request(
                        "POST",
                        "https://modelarts.cn-north-4.myhuaweicloud.com/v2/" + PROJECT + "/x",
                        Map.of("x-project-id", PROJECT, "x-sdk-content-sha256", "UNSIGNED-PAYLOAD"),
                        "abc"),
                PERMANENT,
                "host;x-project-id;x-sdk-content-sha256;x-sdk-date",
                "534444b93c6c76a2d8ae3c68fc2dfe955f43fdafcceeaae322ab182ad610ad76",
                "2746644236c00a97ec4fd902d9ffbea973a85b9bc37c34dd6f4604261a7104c8");
    }

    /** A10. */
    @Test
    void signs_the_domain() {
        assertSigned(
                request(
                        "GET",
                        "https://iam.myhuaweicloud.com/v3/projects?name=cn-north-4",
                        Map.of("x-domain-id", "fedcba9876543210fedcba9876543210"),
                        ""),
                PERMANENT,
                "host;x-domain-id;x-sdk-date",
                "fd6e95ad333ecc3d6ee0e201c1d70e037fa42fcd7e915ae473cfa8fd2c00c420",
                "71d877cf59abfb3d7c17126f0618ff976b6365361b7911c940846d3ad8e57f8b");
    }

    private void assertSigned(
            UnsignedRequest request, Credentials credentials, String signedHeaders, String hash, String signature) {
        Map<String, String> signed = signer.sign(request, credentials, NOW);

        assertThat(SdkHmacSha256.canonicalRequest(request, before(signed)).hash())
                .isEqualTo(hash);
        assertThat(signed.get("authorization"))
                .isEqualTo("SDK-HMAC-SHA256 Access=EXAMPLEAK00000000001, SignedHeaders=" + signedHeaders
                        + ", Signature=" + signature);
    }
}
