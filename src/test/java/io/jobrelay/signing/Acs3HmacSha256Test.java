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

/** A1 is the vendor's published example, A0 stands in the vendor's own tests; the others come from its signer. */
class Acs3HmacSha256Test {

    private static final String NONCE = "0123456789abcdef0123456789abcdef";
    private static final Instant NOW = Instant.parse("2025-01-02T03:04:05.999Z");
    private static final String SECRET_KEY = "exampleFakeSecret0000000000001";
    private static final Credentials PERMANENT = new Credentials("LTAIexampleFakeKeyId0001", SECRET_KEY, null);
    private static final Credentials TEMPORARY = new Credentials("STS.fakeKeyId", SECRET_KEY, "CAISfakeSTStoken+/==");
    private static final String JOBS =
            "https://aiworkspace.cn-hangzhou.aliyuncs.com/api/v1/datasets/d-rbvg5fake0jhc9ks92/datasetjobs";
    private static final String JOB = JOBS + "/dsjob-9jx1fake0uj9e";

    private final Acs3HmacSha256 signer = new Acs3HmacSha256(() -> NONCE);

    @Test
    void signs_the_published_example() {
        UnsignedRequest request = request(
                "POST",
                "https://ecs.cn-shanghai.aliyuncs.com/?RegionId=cn-shanghai"
                        + "&ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
                Map.of("x-acs-action", "RunInstances", "x-acs-version", "2014-05-26"),
                "");

        Map<String, String> signed = new Acs3HmacSha256(() -> "3156853299f313e23d1673dc12e1703d")
                .sign(
                        request,
                        new Credentials("YourAccessKeyId", "YourAccessKeySecret", null),
                        Instant.parse("2023-10-26T10:22:32Z"));

        assertThat(hash(request, signed)).isEqualTo("7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259");
        assertThat(signed)
                .containsOnlyKeys("authorization", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce")
                .containsEntry(
                        "authorization",
                        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
                                + "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
                                + "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0");
    }

    /** A0 gives its payload's hash and no host, so it starts from the canonical request. */
    @Test
    void signs_the_canonical_request_of_the_vendors_own_test() {
        CanonicalRequest canonical = new CanonicalRequest(
                "GET",
                "/",
                "empty=&test=ok",
                new TreeMap<>(Map.of("x-acs-test", "http")),
                "55e12e91650d2fec56ec74e1d3e4ddbfce2ef3a65890c2a19ecf88a307e76a23");

        assertThat(canonical.signedHeaders()).isEqualTo("x-acs-test");
        assertThat(Acs3HmacSha256.signature(canonical, "secret"))
                .isEqualTo("02e81f9f3cc8839151b0c7278024cbc4bfc9fa786085a0b8305f825f17b5dae7");
    }

    @Test
    void lays_out_the_canonical_request_line_by_line() {
        UnsignedRequest request =
                request("GET", JOB + "?WorkspaceId=478&DatasetVersion=v1", headers("GetDatasetJob"), "");

        Map<String, String> signed = signer.sign(request, PERMANENT, NOW);

        assertThat(Acs3HmacSha256.canonicalRequest(request, before(signed)).text())
                .isEqualTo("""
                    GET
                    /api/v1/datasets/d-rbvg5fake0jhc9ks92/datasetjobs/dsjob-9jx1fake0uj9e
                    DatasetVersion=v1&WorkspaceId=478
                    host:aiworkspace.cn-hangzhou.aliyuncs.com
                    x-acs-action:GetDatasetJob
                    x-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
                    x-acs-date:2025-01-02T03:04:05Z
                    x-acs-signature-nonce:0123456789abcdef0123456789abcdef
                    x-acs-version:2021-02-04

                    host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version
                    e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\
                    """);
    }

    static Stream<Arguments> vectors() {
        return Stream.of(
                arguments(
                        "A2",
                        JOB,
                        "GetDatasetJob",
                        "b9d52a16c8c8d3bce103060bc7a259b40285c8e4c292f1610271ea55f25ac4d9",
                        "63b82dafcac7ccef210aa2600a89f71215ff4370fdd228aed28cee0f875f00d3"),
                arguments(
                        "A3",
                        JOB + "?WorkspaceId=478&DatasetVersion=v1",
                        "GetDatasetJob",
                        "1753677c246df0498508047422d859981a700e77c75d936943213c560efbc360",
                        "a899ada36be385af65f2c54805b902633f587c772a8d22936074e0b785b92788"),
                arguments(
                        "A6",
                        JOBS + "?WorkspaceId=478&Status=Running&PageSize=50&PageNumber=1&JobAction=SemanticIndex",
                        "ListDatasetJobs",
                        "3b3f7d8bdc88d22b91054a7928fe4bf55f2293a786b1590060f22322406809ed",
                        "02664ccce251c25d50267bc608b7a1d2db8c4b510d24565c809d63ac6c78a1ae"),
                arguments(
                        "A7",
                        "https://aiworkspace.cn-hangzhou.aliyuncs.com/api/v1/datasets/d%20a%2Fb%2Ac~d%2Be%25f%E4%B8%AD"
                                + "/datasetjobs/dsjob-x"
                                + "?WorkspaceId&DatasetVersion=v%201*%7e+/=%26%C3%A9",
                        "GetDatasetJob",
                        "780ba898f4902ceb80e68769591f34e72e185f1e73e4fb924a4b8ad059e720fc",
                        "c75312989abc95e50ebf89923eea10c67cb34e3174fee244eaec189db76edd34"),
                arguments(
                        "A9",
                        "http://127.0.0.1:8080/api/v1/datasets/d-rbvg5fake0jhc9ks92/datasetjobs/dsjob-9jx1fake0uj9e"
                                + "?DatasetVersion=v1&WorkspaceId=478",
                        "GetDatasetJob",
                        "762b207ec0007eb28a1de05b2194daf447c519bab024ed2baf45b70bcc6d622b",
                        "0c00ec1a7f6ba87c8bc475f0673605448ec6567e717b611466d2652f3093fa63"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("vectors")
    void signs_like_the_vendors_signer(String id, String url, String action, String hash, String signature) {
        UnsignedRequest request = request("GET", url, headers(action), "");

        Map<String, String> signed = signer.sign(request, PERMANENT, NOW);

        assertThat(hash(request, signed)).isEqualTo(hash);
        assertThat(signed.get("authorization"))
                .isEqualTo("ACS3-HMAC-SHA256 Credential=LTAIexampleFakeKeyId0001,SignedHeaders=host;x-acs-action;"
                        + "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature="
                        + signature);
    }

    /** A4. */
    @Test
    void signs_the_token_of_temporary_credentials_and_their_key() {
        UnsignedRequest request =
                request("GET", JOB + "?DatasetVersion=v1&WorkspaceId=478", headers("GetDatasetJob"), "");

        Map<String, String> signed = signer.sign(request, TEMPORARY, NOW);

        assertThat(hash(request, signed)).isEqualTo("c43ecc493a47060b9c53cf027ce05d4f03add0a77419d37e54201788df3a56b0");
        assertThat(signed)
                .containsEntry("x-acs-security-token", "CAISfakeSTStoken+/==")
                .containsEntry("x-acs-accesskey-id", "STS.fakeKeyId")
                .containsEntry(
                        "authorization",
                        "ACS3-HMAC-SHA256 Credential=STS.fakeKeyId,SignedHeaders=host;x-acs-accesskey-id;x-acs-action;"
                                + "x-acs-content-sha256;x-acs-date;x-acs-security-token;x-acs-signature-nonce;"
                                + "x-acs-version,"
                                + "Signature=2deef37d0deca78af6c322e5977650f959dae59037a71e2b07aecd1d991afa6e");
    }

    /** A5: we always send the key's name beside the token, so this one starts from the complete headers. */
    @Test
    void signs_a_token_without_the_key() {
        UnsignedRequest request =
                request("GET", JOB + "?DatasetVersion=v1&WorkspaceId=478", headers("GetDatasetJob"), "");
        Map<String, String> signed = new TreeMap<>(signer.sign(request, TEMPORARY, NOW));
        signed.remove("x-acs-accesskey-id");

        CanonicalRequest canonical = Acs3HmacSha256.canonicalRequest(request, before(signed));

        assertThat(canonical.hash()).isEqualTo("25821eba0bb63eb14ec6b8a498190ace12b62c5e54fcaee47b242fed69ba8b58");
        assertThat(Acs3HmacSha256.signature(canonical, SECRET_KEY))
                .isEqualTo("1df3d8d2ad85e03e0469e74929239ff5a761adfc0d70d4ae426645ae0f518b47");
    }

    /** A8, with headers beside it that the scheme leaves out. */
    @Test
    void signs_the_body_and_its_type_and_no_other_header() {
        Map<String, String> headers = headers("CreateDatasetJob");
        headers.putAll(Map.of(
                "accept", "application/json",
                "content-type", "application/json; charset=utf-8",
                "user-agent", "jobrelay"));
        UnsignedRequest request = request(
                "POST",
                JOBS,
                headers,
                "{\"JobAction\":\"SemanticIndex\",\"JobSpec\":\"{\\\"modelId\\\":\\\"xxx\\\"}\","
                        + "\"WorkspaceId\":\"478\"}");

        Map<String, String> signed = signer.sign(request, PERMANENT, NOW);

        assertThat(hash(request, signed)).isEqualTo("f0d25c24dbb8d894da1b1739d7508140f8e286f826c9174e4f55ea99f271dab2");
        assertThat(signed)
                .containsEntry(
                        "x-acs-content-sha256", "dca3d062be3162e37785ae9e09d705befd8133b6ad5ab533e6f70ee8c5567ef6")
                .containsEntry(
                        "authorization",
                        "ACS3-HMAC-SHA256 Credential=LTAIexampleFakeKeyId0001,SignedHeaders=content-type;host;"
                                + "x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
                                + "Signature=ae8bc050832b940d1be88d82b6d61affc59e76ad5c8e3d1e3539af815198bcf9");
    }

    @Test
    void keeps_the_values_of_a_repeated_parameter_in_their_order() {
        assertThat(Acs3HmacSha256.canonicalRequest(request("GET", "https://h/?b=2&a=9&b=1"), Map.of())
                        .query())
                .isEqualTo("a=9&b=2&b=1");
    }

    private static Map<String, String> headers(String action) {
        return new TreeMap<>(Map.of("x-acs-action", action, "x-acs-version", "2021-02-04"));
    }

    private static String hash(UnsignedRequest request, Map<String, String> signed) {
        return Acs3HmacSha256.canonicalRequest(request, before(signed)).hash();
    }
}
