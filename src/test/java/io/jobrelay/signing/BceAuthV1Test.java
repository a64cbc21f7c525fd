package io.jobrelay.signing;

import static io.jobrelay.signing.SampleRequests.request;
import static io.jobrelay.signing.SampleRequests.with;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * B0 is the vendor's published example; the others come from its signer. The default header set (B0, B3 and B7 with an
 * empty list of names) has the same signature as its explicit list, which is what we send and what is tested.
 */
class BceAuthV1Test {

    private static final Instant NOW = Instant.parse("2025-01-02T03:04:05.999Z");
    private static final String ACCESS_KEY = "ALTAKexampleFakeKey0000001";
    private static final String SECRET_KEY = "exampleFakeSecretKey000000000001";
    private static final Credentials PERMANENT = new Credentials(ACCESS_KEY, SECRET_KEY, null);
    private static final Credentials TEMPORARY =
            new Credentials(ACCESS_KEY, SECRET_KEY, "ZmFrZSBzZXNzaW9uIHRva2Vu+/==");
    private static final String PREFIX = "bce-auth-v1/" + ACCESS_KEY + "/2025-01-02T03:04:05Z/";
    private static final UnsignedRequest DESCRIBE_IMPORT_TASK = request(
            "POST",
            "https://qianfan.baidubce.com/v2/dataset?Action=DescribeImportTask",
            Map.of("content-type", "application/json"),
            "{\"taskId\":\"task-1\"}");

    private final BceAuthV1 signer = new BceAuthV1();

    /** B0, and the same without a query, and with the path of the vendor's sample code page. */
    @ParameterizedTest
    @CsvSource({
        "/v1/test/myfolder/readme.txt?partNumber=9&uploadId=a44cc9bab11cbd156984767aad637851,"
                + "d74a04362e6a848f5b39b15421cb449427f419c95a480fd6b8cf9fc783e2999e",
        "/v1/test/myfolder/readme.txt, 0558aac491bbef484d3aaa30ac1e65d4ff10daccd351f15c91e922ee4ce72690",
        "/test/myfolder/readme.txt?partNumber=9&uploadId=a44cc9bab11cbd156984767aad637851,"
                + "1816c10fce34ba9c9825eddc05fd6058bf82e05fefeddee8da6f869486ea68c0"
    })
    void signs_the_published_example(String pathAndQuery, String signature) {
        UnsignedRequest request = request(
                "PUT",
                "https://bj.bcebos.com" + pathAndQuery,
                Map.of(
                        "content-length", "8",
                        "content-md5", "NFzcPqhviddjRNnSOGo4rw==",
                        "content-type", "text/plain",
                        "x-bce-date", "2015-04-27T08:23:49Z"),
                "Example\n");

        assertThat(signer.authorization(
                        request,
                        List.of("host", "content-length", "content-md5", "content-type", "x-bce-date"),
                        new Credentials("a".repeat(32), "b".repeat(32), null),
                        Instant.parse("2015-04-27T08:23:49Z")))
                .isEqualTo("bce-auth-v1/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/2015-04-27T08:23:49Z/1800/"
                        + "content-length;content-md5;content-type;host;x-bce-date/" + signature);
    }

    /** B2. */
    @Test
    void signs_host_and_date() {
        Map<String, String> signed = signer.sign(DESCRIBE_IMPORT_TASK, PERMANENT, NOW);

        assertThat(BceAuthV1.canonicalRequest(
                        DESCRIBE_IMPORT_TASK,
                        Map.of("host", "qianfan.baidubce.com", "x-bce-date", signed.getOrDefault("x-bce-date", ""))))
                .isEqualTo("""
                    POST
                    /v2/dataset
                    Action=DescribeImportTask
                    host:qianfan.baidubce.com
                    x-bce-date:2025-01-02T03%3A04%3A05Z\
                    """);
        assertThat(signed)
                .containsOnlyKeys("authorization", "x-bce-date")
                .containsEntry("x-bce-date", "2025-01-02T03:04:05Z")
                .containsEntry(
                        "authorization",
                        PREFIX
                                + "1800/host;x-bce-date/"
                                + "73caa334fbda17ad99e869e581d2c467d90e4655444555306a7e4a21d6986eab");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "B3 and B5, content-type host x-bce-date, 49e45b8df1403347e6afc20d5ce1034e4464b42e1c0dd896bcbd90bf4d338464",
        "B4, host, 9be1c3dfc9e9a4f2f8513f0d613fcc707db552bc0fd7192d356d7f6893d430cd",
        "B7, content-type host x-bce-date x-bce-security-token,"
                + "6a5b86df2f53b4039c945131d0ddb8bb35edd52f7296863a3949060f33fa3d3a"
    })
    void signs_the_headers_it_is_given(String id, String names, String signature) {
        UnsignedRequest request = with(
                DESCRIBE_IMPORT_TASK,
                Map.of(
                        "x-bce-date", "2025-01-02T03:04:05Z",
                        "x-bce-security-token", "ZmFrZSBzZXNzaW9uIHRva2Vu+/=="));

        assertThat(signer.authorization(request, List.of(names.split(" ")), PERMANENT, NOW))
                .isEqualTo(PREFIX + "1800/" + names.replace(' ', ';') + "/" + signature);
    }

    /** B6. */
    @Test
    void signs_the_token_of_temporary_credentials() {
        assertThat(signer.sign(DESCRIBE_IMPORT_TASK, TEMPORARY, NOW))
                .containsEntry("x-bce-security-token", "ZmFrZSBzZXNzaW9uIHRva2Vu+/==")
                .containsEntry(
                        "authorization",
                        PREFIX
                                + "1800/host;x-bce-date;x-bce-security-token/"
                                + "7f52745d00f19d8b4d7762f3838ae59947720a275e411f9a7d6f29414f6f938d");
    }

    /** B8. */
    @Test
    void signs_the_port() {
        UnsignedRequest request = request("POST", "http://127.0.0.1:8080/v2/dataset?Action=DescribeImportTask");

        assertThat(authorization(signer, request))
                .isEqualTo(PREFIX
                        + "1800/host;x-bce-date/c962ed4bea39cab6492501c9eebee4078678d8949834cff7af7413c817c12f39");
    }

    /** B9. */
    @Test
    void sorts_whole_parameters_and_encodes_all_but_the_slashes_of_the_path() {
        UnsignedRequest request = request(
                "GET", "https://qianfan.baidubce.com/v2/a%20b*c~%E4%B8%AD!'()?b=v%201*~+/=%26%C3%A9&a&a-b=1&c=");

        assertThat(BceAuthV1.canonicalRequest(request, Map.of()))
                .startsWith("GET\n/v2/a%20b%2Ac~%E4%B8%AD%21%27%28%29\na-b=1&a=&b=v%201%2A~%2B%2F%3D%26%C3%A9&c=\n");
        assertThat(authorization(new BceAuthV1(Duration.ofMinutes(5)), request))
                .isEqualTo(PREFIX
                        + "300/host;x-bce-date/f1fd739475eca039d7db98bdc0070885d3de14aa67bf74d2d47e17626fd0a9f8");
    }

    /** B10. */
    @Test
    void signs_the_expiry() {
        assertThat(authorization(new BceAuthV1(Duration.ofHours(50)), DESCRIBE_IMPORT_TASK))
                .isEqualTo(PREFIX
                        + "180000/host;x-bce-date/33f784188fcf37df1120cf2d101c73e3dfd3fa022136bb8d5eda46056f4dd016");
    }

    @Test
    void leaves_out_a_parameter_named_authorization_and_empty_headers() {
        UnsignedRequest request =
                request("GET", "https://h/?text&text1=%E6%B5%8B%E8%AF%95&text10=test&Authorization=x");

        assertThat(BceAuthV1.canonicalRequest(request, Map.of("host", "h")))
                .isEqualTo("GET\n/\ntext10=test&text1=%E6%B5%8B%E8%AF%95&text=\nhost:h");
        assertThat(authorization(signer, with(request, Map.of("x-bce-a", ""))))
                .isEqualTo(authorization(signer, request));
    }

    @Test
    void refuses_an_expiry_below_a_second() {
        assertThatThrownBy(() -> new BceAuthV1(Duration.ofMillis(999)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expiry: at least one second, was PT0.999S");
    }

    private static String authorization(RequestSigner signer, UnsignedRequest request) {
        return requireNonNull(signer.sign(request, PERMANENT, NOW).get("authorization"));
    }
}
